/** The final invariants: streams drain, databases and topics agree, and every acknowledged answer still holds. */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { differences, topicFaults, undelivered } from '@mo/agreement';
import type { Stack } from '@mo/dev-stack';
import type { Random } from '@mo/dev-stack/random';
import type { Caller } from '../clients/caller.ts';
import type { Ledger } from '../ledger.ts';
import type { Tally } from '../tally.ts';
import { errorLines } from './logs.ts';
import { checkReplays } from './replays.ts';
import { rowFaults } from './rows.ts';

/** Some differences are found only by the sweep, which runs once a minute. */
const AGREEMENT_MS_MAX = 150_000;
const POLL_MS = 500;

/** The number of checked items, and of faults found. */
export interface Checked {
  readonly customers: number;
  readonly loans: number;
  readonly payments: number;
  readonly uploaded: number;
  readonly replays: number;
  readonly lost: number;
  readonly unasked: number;
  readonly differences: number;
  readonly topicFaults: number;
}

interface CheckParts {
  readonly stack: Stack;
  readonly dir: string;
  readonly caller: Caller;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly random: Random;
  readonly log: (line: string) => void;
}

export async function checkAll(parts: CheckParts): Promise<{ checked: Checked; agreedSeconds: number }> {
  const { stack, dir, caller, ledger, tally, random, log } = parts;
  log('waiting for the streams to drain …');
  const agreedSeconds = await agreement(stack, tally);
  log("comparing with the callers' answers …");
  const file = stack.stack();
  const found = (rule: string, check: () => Promise<readonly string[]>) => findings(tally, rule, check);
  const differing = await found('the three databases agree', () => differences(file));
  const rows = rowFaults(file, ledger);
  const lost = await found('every acknowledged write is stored', async () => (await rows).lost);
  const unasked = await found('only acknowledged writes are stored', async () => (await rows).unasked);
  log('reading the topics …');
  const faults = await found('the topics contain the journals, in order', () => topicFaults(file));
  log('sending used keys again …');
  const replays = await checkReplays(caller, ledger, tally, random);
  await found('no process logs an error', async () => errorLines(dir));
  const count = (of: 'loans' | 'payments') => ledger.customers.reduce((sum, customer) => sum + customer[of].length, 0);
  return {
    agreedSeconds,
    checked: {
      customers: ledger.customers.length,
      loans: count('loans'),
      payments: count('payments'),
      uploaded: ledger.uploaded.length,
      replays,
      lost,
      unasked,
      differences: differing,
      topicFaults: faults,
    },
  };
}

/** Counts each finding of a check as a violation, and returns their number. A failing check is a finding, too. */
export async function findings(
  { violate }: Pick<Tally, 'violate'>,
  rule: string,
  check: () => Promise<readonly string[]>,
): Promise<number> {
  const details = await check().catch((error: unknown) => [`the check failed: ${inspect(error)}`]);
  for (const detail of details) violate(rule, detail);
  return details.length;
}

/** Waits until nothing is pending. @returns the time in s */
async function agreement(stack: Stack, { violate }: Tally): Promise<number> {
  const startedMs = performance.now();
  let left: string[] = ['nothing was checked yet'];
  while (performance.now() - startedMs < AGREEMENT_MS_MAX) {
    // A server may still be restarting.
    left = await undelivered(stack.stack()).catch((error: unknown) => [String(error)]);
    if (left.length === 0) return (performance.now() - startedMs) / 1000;
    await delay(POLL_MS);
  }
  for (const detail of left) violate('the streams drain', detail);
  return AGREEMENT_MS_MAX / 1000;
}
