/**
 * Event lag: how late events reach followers and subscribers. Percentiles are per round; reports show the median round.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { countOf, type Histogram, percentileMs } from '@mo/load';
import type { Member } from './member.ts';

/** The longest wait for an expected event. */
const ARRIVAL_MS_MAX = 30_000;
const POLL_MS = 4;
const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** In ms. */
export type LagPercentiles = Readonly<Record<keyof typeof SHARES, number>>;

/** The arrivals of one round: at a subscriber, and at the balance or its equivalent. */
export interface Arrived {
  readonly subscriber: Histogram;
  readonly balance: Histogram;
}

/** A scenario whose lag is measured under an open loop. */
export interface LagMember extends Member {
  /** Starts observing arrivals. */
  listen(perSecond: number): Promise<void>;
  /** Waits until everything has arrived. @returns the arrivals since the last call */
  arrived(): Promise<Arrived>;
  /** Stops observing. */
  close(): Promise<void>;
}

export interface Lag {
  /** Requests due per second. */
  readonly offered: number;
  /** Over all rounds: events that the subscriber received, and payments that were looked for in the balance. */
  readonly events: number;
  readonly balances: number;
  /** By round, without rounds in which nothing arrived. */
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

/** Waits until nothing is missing. @throws Error if something still is after 30 s */
export async function untilArrived(missing: () => number): Promise<void> {
  for (const endMs = Date.now() + ARRIVAL_MS_MAX; missing() > 0; await delay(POLL_MS))
    if (Date.now() > endMs) throw new Error(`${missing()} have not arrived within ${ARRIVAL_MS_MAX} ms`);
}
