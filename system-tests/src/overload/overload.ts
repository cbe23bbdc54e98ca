/**
 * An overload and its aftermath: measures the best rate, offers a multiple of it, and checks that the system sustains
 * its throughput, answers all other requests, bounds its memory, loses nothing, and recovers at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { differences, query } from '@mo/agreement';
import type { Stack } from '@mo/dev-stack';
import { lostOrDoubled } from './acknowledged.ts';
import type { StretchResult } from './generator.ts';
import { Load } from './load.ts';
import { type Samples, sampled } from './processes.ts';

/** The environment of the system: all callers of the load have one address, as behind a proxy. */
export const OVERLOADED_ENV = { TRUSTED_PROXIES: '127.0.0.1' };

export interface OverloadPlan {
  /** The offered load as a multiple of the best rate. */
  readonly factor: number;
  readonly overloadMs: number;
  readonly warmUpMs: number;
  /** Numbers of concurrent callers to try, and the time for each. */
  readonly callers: readonly number[];
  readonly trialMs: number;
  /** The duration of the measurement of the best rate. */
  readonly bestMs: number;
  readonly customers: number;
  readonly say: (line: string) => void;
}

export interface OverloadResult {
  readonly callers: number;
  readonly best: StretchResult;
  readonly overload: StretchResult;
  readonly offeredPerSecond: number;
  readonly samples: Samples;
  /** The time from the last answer of the overload until the system is ready and fast; null on timeout. */
  readonly recoveredMs: number | null;
  /** The time until the streams are drained and the databases agree; null on timeout. */
  readonly settledMs: number | null;
  readonly lost: readonly string[];
}

const WARM_UP_CALLERS = 64;
const RECOVERY_MS_MAX = 30_000;
const CALL_MS_MAX = 5_000;
const SETTLE_MS_MAX = 300_000;
/** The system is fast again after this many consecutive calls within the time limit. */
const FAST_CALLS = 20;
const FAST_MS_MAX = 500;
const POLL_MS = 250;
const BEYOND_ANY_LOAN = '9999999.00';

export async function overload(stack: Stack, plan: OverloadPlan): Promise<OverloadResult> {
  const { say, factor } = plan;
  const run = `o${Date.now().toString(36)}`;
  const customerIds = await createCustomers(stack, `${run}-borrower`, plan.customers);
  const { hostname, port } = new URL(stack.url);
  const load = new Load({ host: hostname, port: Number(port), apiKey: stack.apiKey, run, customerIds });
  try {
    await load.run({ level: { connections: WARM_UP_CALLERS }, durationMs: plan.warmUpMs });
    const callers = await findBest(load, plan);
    const best = await load.run({ level: { connections: callers }, durationMs: plan.bestMs });
    const offeredPerSecond = Math.round((best.counts.done / best.seconds) * factor);
    say(`best with ${callers} callers: ${perSecond(best)}/s; now offering ${offeredPerSecond}/s`);
    const open = load.run({ level: { perSecond: offeredPerSecond }, durationMs: plan.overloadMs });
    const { result, samples } = await sampled(stack.stack(), open);
    say(`${perSecond(result)}/s completed; waiting for the recovery`);
    const recoveredMs = await recovered(stack, customerIds[0] as number);
    const settledMs = await settled(stack);
    const lost = await lostOrDoubled(stack.stack(), run, load.created);
    return { callers, best, overload: result, offeredPerSecond, samples, recoveredMs, settledMs, lost };
  } finally {
    await load.close();
  }
}

/** Completed requests per second, on average. */
export const perSecond = ({ counts, seconds }: StretchResult): number => Math.round(counts.done / seconds);

/** Returns the number of callers with the highest throughput. */
async function findBest(load: Load, { callers: tries, trialMs, say }: OverloadPlan): Promise<number> {
  let callers = 0;
  let most = 0;
  for (const tried of tries) {
    const result = await load.run({ level: { connections: tried }, durationMs: trialMs });
    say(`${tried} callers: ${perSecond(result)}/s`);
    if (perSecond(result) > most) [callers, most] = [tried, perSecond(result)];
  }
  return callers;
}

/** Creates customers with an ample credit line. @returns their ids */
async function createCustomers(stack: Stack, prefix: string, count: number): Promise<number[]> {
  const lines = Array.from({ length: count }, (_, place) => `${prefix}-${place},${BEYOND_ANY_LOAN}`);
  const response = await fetch(`${stack.url}/api/customers/bulk`, {
    method: 'POST',
    headers: { 'x-api-key': stack.apiKey, 'content-type': 'text/csv' },
    body: lines.join('\n'),
  });
  const summary = (await response.json()) as { created?: number };
  if (summary.created !== count) throw new Error(`the customers were not created: ${JSON.stringify(summary)}`);
  const rows = await query<{ id: string }>(
    stack.stack(),
    'customers',
    'SELECT id FROM customers WHERE external_id LIKE $1 ORDER BY id',
    [`${prefix}-%`],
  );
  return rows.map(({ id }) => Number(id));
}

/** The time until every service is ready and a call takes no longer than without load. */
async function recovered(stack: Stack, customerId: number): Promise<number | null> {
  const startMs = performance.now();
  const elapsedMs = () => performance.now() - startMs;
  for (let fast = 0; elapsedMs() < RECOVERY_MS_MAX; ) {
    const begunMs = performance.now();
    const answers = [await call(stack, '/readyz'), await call(stack, `/api/customers/${customerId}/balance`)];
    const isFast = answers.every((status) => status === 200) && performance.now() - begunMs <= FAST_MS_MAX;
    fast = isFast ? fast + 1 : 0;
    if (fast === FAST_CALLS) return elapsedMs();
  }
  return null;
}

/** The status of an answer; null on timeout. */
async function call(stack: Stack, path: string): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(CALL_MS_MAX);
    const response = await fetch(`${stack.url}${path}`, { headers: { 'x-api-key': stack.apiKey }, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

/** The time until all writes have reached all services and the databases agree. */
async function settled(stack: Stack): Promise<number | null> {
  const startMs = performance.now();
  while (performance.now() - startMs < SETTLE_MS_MAX) {
    const waiting = await Promise.all(
      (['customers', 'loans', 'payments'] as const).map((service) =>
        query<{ count: string }>(stack.stack(), service, 'SELECT count(*) FROM outbox'),
      ),
    );
    const isDrained = waiting.flat().every(({ count }) => count === '0');
    if (isDrained && (await differences(stack.stack())).length === 0) return performance.now() - startMs;
    await delay(POLL_MS);
  }
  return null;
}
