/**
 * Measures scenarios together with their controls. Members run short slices in alternating rounds, so that other
 * activity on the machine affects all of them alike.
 */
import type { Level } from '@mo/load';
import { cpuMs } from './cpu.ts';
import type { Member } from './member.ts';
import { forgetPeaks, peaksMib } from './memory.ts';
import { perProcess } from './processes.ts';
import type { Slice } from './row.ts';
import type { Rows } from './rows.ts';

interface SetPlan {
  readonly connections: readonly number[];
  readonly rounds: number;
  readonly sliceMs: number;
  readonly warmUpMs: number;
}

export interface SetParts {
  readonly plan: SetPlan;
  readonly rows: Rows;
  readonly say: (line: string) => void;
}

/** The longest time that a slice may take to settle. */
const SETTLE_MS_MAX = 120_000;
/** The share of the best closed-loop rate that an open loop offers. */
const OPEN_SHARE = 0.5;

/** Warms up, measures and verifies all members; a failing member does not stop the others. */
export async function runSet(members: readonly Member[], parts: SetParts): Promise<void> {
  try {
    await measureAll(members, parts);
  } finally {
    for (const member of members) await verify(member, parts);
  }
}

async function measureAll(members: readonly Member[], parts: SetParts): Promise<void> {
  const { plan, say } = parts;
  for (const member of members) await sliceOf(member, fullest(member, plan), plan.warmUpMs);
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const connections of plan.connections) {
      say(
        `round ${round} of ${plan.rounds}, ${connections} connections: ${members.map(({ name }) => name).join(', ')}`,
      );
      for (const member of members) await measure(member, { connections }, parts);
    }
  }
  const open = members.filter(({ canBeOpen }) => canBeOpen);
  for (let round = 1; open.length > 0 && round <= plan.rounds; round += 1) {
    say(`round ${round} of ${plan.rounds}, open loop: ${open.map(({ name }) => name).join(', ')}`);
    for (const member of open) await measure(member, { perSecond: openRate(member, parts.rows) }, parts);
  }
}

/**
 * The largest number of connections that the member is measured with: JIT optimisation depends on the amount of work
 * and on concurrency.
 */
function fullest({ connectionsMax = Number.POSITIVE_INFINITY }: Member, { connections }: SetPlan): Level {
  return { connections: Math.min(connectionsMax, Math.max(...connections)) };
}

/** Half of the best rate seen in a closed loop. */
export function openRate({ name }: Pick<Member, 'name'>, rows: Rows): number {
  const best = Math.max(0, ...rows.named(name).map((row) => (row.level === 'open' ? 0 : row.perSecond)));
  return Math.max(1, Math.round(best * OPEN_SHARE));
}

async function measure(member: Member, level: Level, parts: SetParts): Promise<void> {
  if ('connections' in level && level.connections > (member.connectionsMax ?? Number.POSITIVE_INFINITY)) return;
  const slice = await sliceOf(member, level, parts.plan.sliceMs);
  parts.rows.of(member.name, member.isControl, level).add(slice);
}

/** Runs one slice. Its CPU time includes the work until all its writes have settled. */
export async function sliceOf(member: Member, level: Level, durationMs: number): Promise<Slice> {
  await member.before?.();
  const pids = member.pids();
  forgetPeaks(pids);
  const before = cpuMs(pids);
  const outcome = await member.load(level, durationMs);
  const settledMs = (await member.settling?.settled(SETTLE_MS_MAX)) ?? 0;
  const after = cpuMs(pids);
  return { outcome, cpuMs: perProcess((name) => after[name] - before[name]), peakMib: peaksMib(pids), settledMs };
}

/** Compares the stored rows with the acknowledged writes; a row that doesn't add up reports no figures. */
export async function verify(member: Member, { rows, say }: Pick<SetParts, 'rows' | 'say'>): Promise<void> {
  const verified = await member.verify();
  for (const row of rows.named(member.name)) row.verified = verified;
  for (const fault of verified.faults) say(`${member.name} does not add up: ${fault}`);
}
