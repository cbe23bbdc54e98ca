/**
 * A benchmark run: starts the system and the controls on their own servers, creates and settles seed data, measures
 * each set of scenarios in alternating rounds with its controls, and then compares the stored rows with the
 * acknowledged writes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Servers } from '@mo/dev-stack';
import { SqlLoad } from './controls/sql-load.ts';
import { HttpLoad } from './load/http-load.ts';
import { cpuMs } from './measure/cpu.ts';
import type { Lag } from './measure/lag.ts';
import { type PerProcess, perProcess } from './measure/processes.ts';
import { measureRested, type Rested } from './measure/rested.ts';
import { Rows } from './measure/rows.ts';
import { runSet } from './measure/run-set.ts';
import { Settling } from './measure/settling.ts';
import type { Plan } from './plan.ts';
import { type Ratio, ratiosOf } from './report/ratios.ts';
import { type Run, systemPids } from './run.ts';
import { measureBulk } from './scenarios/bulk.ts';
import { lagCustomers, measureLag } from './scenarios/lag.ts';
import { mixedCustomers, mixedMembers } from './scenarios/mixed.ts';
import { readCustomers, readMembers } from './scenarios/reads.ts';
import { measureScale, scaleCustomers } from './scenarios/scale.ts';
import { writeCustomers, writeMembers } from './scenarios/writes.ts';
import { seedCustomers } from './seeds/customers.ts';
import { settleSeeds } from './seeds/loans.ts';
import { SkeletonTables } from './skeleton/tables.ts';
import { startUnderTest } from './stack.ts';
import { Databases } from './verify/databases.ts';

const IDLE_MS = 3_000;
const RESTED_MS_MAX = 2_000;

export interface BenchParts {
  readonly plan: Plan;
  /** A new folder for data and logs. A run with its own servers deletes it at the end. */
  readonly dir: string;
  /** Servers that already run; by default the run starts its own, with fsync on. */
  readonly servers?: Servers;
  readonly say: (line: string) => void;
}

export interface Measured {
  readonly rows: Rows;
  readonly ratios: readonly Ratio[];
  readonly lag: Lag | null;
  /** The same for the skeleton's payments, at the same rate. */
  readonly skeletonLag: Lag | null;
  /** The share of one core that each idle process takes. */
  readonly idleCpuShare: PerProcess;
  /** The CPU cost of a fixed piece of work after rests of different length. */
  readonly rested: readonly Rested[];
  readonly notes: readonly string[];
  /** Scenarios that could not be measured, and why; all others were measured. */
  readonly failures: readonly string[];
}

/** Runs the whole plan. Rejects if the stack or the load generator can't be started. */
export async function bench({ plan, dir, servers, say }: BenchParts): Promise<Measured> {
  say('starting the servers, the system and a bare system …');
  let isStarted = false;
  // Warnings of the services under load would drown the progress lines: they are in the services' logs.
  const under = await startUnderTest({ dir, servers, log: (line) => isStarted || say(line) });
  isStarted = true;
  const closes: (() => Promise<void>)[] = [() => under.stop()];
  try {
    const stack = under.stack.stack();
    const settling = await Settling.open(stack, under.topicPrefix);
    closes.push(() => settling.close());
    const http = new HttpLoad();
    closes.push(() => http.close());
    const { branches, accountsPerBranch, pool: customers } = plan;
    const sizes = { branches, accountsPerBranch, customers };
    const sql = await SqlLoad.open({ url: under.controlsUrl, ...sizes });
    closes.push(() => sql.close());
    const skeleton = await SkeletonTables.open(under.skeletonUrl, sizes);
    closes.push(() => skeleton.close());
    const id = `b${Date.now().toString(36)}`;
    const rows = new Rows();
    return await measure({
      id,
      plan,
      dir,
      rows,
      under,
      settling,
      databases: new Databases(stack),
      http,
      sql,
      skeleton,
      notes: [],
      say,
    });
  } finally {
    for (const close of closes.toReversed()) await close();
  }
}

async function measure(run: Run): Promise<Measured> {
  const { plan, rows, notes, say } = run;
  say('creating customers and loans …');
  await settleSeeds(run);
  // Customers with many loans come last: the audit starts with the first ids, and should not reach them during a
  // measurement.
  const ids = await seedCustomers(run, {
    ...writeCustomers(run),
    ...mixedCustomers(run),
    ...lagCustomers(run),
    ...scaleCustomers(run),
    ...readCustomers(run),
  });
  await settleSeeds(run);
  const sets = [await writeMembers(run, ids), await readMembers(run, ids), await mixedMembers(run, ids)];
  say(`all seeds settled after ${((await settleSeeds(run)) / 1000).toFixed(0)} s`);
  const idleCpuShare = await idle(run);
  const rested = await measureRested(Math.min(plan.sliceMs, RESTED_MS_MAX));
  const failures: string[] = [];
  // A failure in a later part must not discard half an hour of measurements.
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      failures.push(`${what} could not be measured: ${(error as Error).message}`);
      say(failures.at(-1) as string);
      return null;
    }
  };
  for (const members of sets) {
    const names = members.map(({ name }) => name).join(', ');
    if (members.length > 0) await attempt(names, () => runSet(members, { plan, rows, say }));
    for (const { name, note } of members) if (note !== undefined) notes.push(`${name}: ${note}`);
  }
  const lags = await attempt('lag', () => measureLag(run, ids));
  const { lag = null, skeletonLag = null } = lags ?? {};
  failures.push(...(lags?.failures ?? []));
  await attempt('scale', () => measureScale(run, ids));
  await attempt('bulk', () => measureBulk(run));
  const ratios = ratiosOf(rows, { lag, skeletonLag });
  return { rows, ratios, lag, skeletonLag, idleCpuShare, rested, notes, failures };
}

async function idle(run: Run): Promise<PerProcess> {
  const pids = systemPids(run);
  const before = cpuMs(pids);
  await delay(IDLE_MS);
  const after = cpuMs(pids);
  return perProcess((name) => (after[name] - before[name]) / IDLE_MS);
}
