/** How late events come to others. Percentiles are of each round: of several rounds, that of the one in the middle is told. */
import { setTimeout as delay } from 'node:timers/promises';
import { countOf, type Histogram, percentileMs } from '@mo/load';
import type { Member } from './member.ts';

/** The longest wait for something that should come. */
const ARRIVAL_MS_MAX = 30_000;
const POLL_MS = 4;
const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** In ms. */
export type LagPercentiles = Readonly<Record<keyof typeof SHARES, number>>;

/** What has come in one round: to a subscriber, and to the balance or what stands for it. */
export interface Arrived {
  readonly subscriber: Histogram;
  readonly balance: Histogram;
}

/** What is measured so: its load comes by the clock. */
export interface LagMember extends Member {
  /** Begins to look at what comes to others. */
  listen(perSecond: number): Promise<void>;
  /** Waits until all has come to them. @returns what has come since the last time */
  arrived(): Promise<Arrived>;
  /** Looks no longer. */
  close(): Promise<void>;
}

export interface Lag {
  /** How many were due in a second. */
  readonly offered: number;
  /** How many came to the subscriber, in all rounds, and how many were looked for in the balance. */
  readonly events: number;
  readonly balances: number;
  /** Round by round, but for those in which nothing came. */
  readonly subscriberMs: readonly LagPercentiles[];
  readonly balanceMs: readonly LagPercentiles[];
}

export function lagOf(offered: number, rounds: readonly Arrived[]): Lag {
  const all = (of: keyof Arrived) => rounds.reduce((sum, round) => sum + countOf(round[of]), 0);
  const told = (of: keyof Arrived) =>
    rounds.filter((round) => countOf(round[of]) > 0).map((round) => percentilesOf(round[of]));
  const [subscriberMs, balanceMs] = [told('subscriber'), told('balance')];
  return { offered, events: all('subscriber'), balances: all('balance'), subscriberMs, balanceMs };
}

const percentilesOf = (lag: Histogram): LagPercentiles => ({
  p50: percentileMs(lag, SHARES.p50),
  p90: percentileMs(lag, SHARES.p90),
  p99: percentileMs(lag, SHARES.p99),
});

/** Waits until nothing is missing. @throws Error where something is after half a minute */
export async function untilArrived(missing: () => number): Promise<void> {
  for (const endMs = Date.now() + ARRIVAL_MS_MAX; missing() > 0; await delay(POLL_MS))
    if (Date.now() > endMs) throw new Error(`${missing()} have not arrived within ${ARRIVAL_MS_MAX} ms`);
}
