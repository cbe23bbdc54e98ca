/** Target ratios between figures of one run: same machine, same servers, alternating rounds. */
import type { Lag, LagPercentiles } from '../measure/lag.ts';
import type { Row } from '../measure/row.ts';
import type { Rows } from '../measure/rows.ts';

/** A bound: at least, at most, or a maximum distance from 1. */
export type Bound = { readonly min: number } | { readonly max: number } | { readonly near: number };

export interface Ratio {
  readonly what: string;
  /** Null if a part was not measured, or its rows don't add up. */
  readonly value: number | null;
  /**
   * The value of each round if it was measured in rounds. The ratio is their median, so one bad round does not spoil
   * it.
   */
  readonly rounds?: readonly number[];
  readonly unit: string;
  /** Null for information only, such as the distance between the system and the skeleton or another control. */
  readonly bar: Bound | null;
  readonly aim: Bound | null;
}

/** Figures of a run that are not in its rows. */
export interface Extras {
  readonly lag: Lag | null;
  readonly skeletonLag: Lag | null;
}

export function meets(value: number, bound: Bound): boolean {
  if ('min' in bound) return value >= bound.min;
  if ('max' in bound) return value <= bound.max;
  return Math.abs(value - 1) <= bound.near;
}

const MOST = '64';
/** As many connections as each of four processes serves. */
const FEWER = '16';

/** All targets, measured or not. */
export function ratiosOf(rows: Rows, { lag, skeletonLag }: Extras): Ratio[] {
  const rate = (name: string, level: string) => rows.sound(name, level)?.perSecond ?? null;
  const byRounds = (of: (row: Row) => readonly number[], upper: string, lower: string): readonly number[] | null => {
    const [one, other] = [rows.sound(upper, MOST), rows.sound(lower, MOST)];
    return one === null || other === null ? null : overEach(of(one), of(other));
  };
  const rates = (upper: string, lower: string) => byRounds((row) => row.rates, upper, lower);
  const costs = (upper: string, lower: string) => byRounds((row) => row.systemCpuUsOfSlices, upper, lower);
  const p50 = (name: string) => rows.sound(name, '1')?.latencyMs(0.5) ?? null;
  const cpu = (name: string) => rows.sound(name, MOST)?.systemCpuUs ?? null;
  const ratio = (
    what: string,
    value: number | readonly number[] | null,
    bar: Bound | null,
    aim: Bound | null = null,
    unit = '×',
  ): Ratio => ({
    what,
    ...(value !== null && typeof value === 'object' ? { value: median(value), rounds: value } : { value }),
    unit,
    bar,
    aim,
  });
  const inFewer = (name: string) => over(inPayments(rows.sound(name, FEWER)), inPayments(rows.sound(name, MOST)));
  const ofPayment = cpu('payment-1');
  const bulk = rows.sound('bulk-large', '1');
  return [
    ratio('payments to TPC-B transactions', rates('payment-1', 'tpcb'), { min: 1.5 }, { min: 4 }),
    ratio("the skeleton's payments to TPC-B transactions", rates('skeleton', 'tpcb'), null),
    ratio("payments to the skeleton's", rates('payment-1', 'skeleton'), null),
    ratio("payments to a monolith's", rates('payment-1', 'monolith'), { min: 2 }),
    ratio('loans to TPC-B transactions', rates('loan', 'tpcb'), { min: 1.5 }, { min: 4 }),
    ratio("loans to a monolith's payments", rates('loan', 'monolith'), { min: 2 }),
    ratio(
      'payments to one customer to those to many',
      rates('payment-one-customer', 'payment-1'),
      { min: 0.9 },
      { min: 1 },
    ),
    ratio("payments to one customer to a monolith's", rates('payment-one-customer', 'monolith-one-customer'), {
      min: 20,
    }),
    ratio(
      "the skeleton's payments to one customer to a monolith's",
      rates('skeleton-one-customer', 'monolith-one-customer'),
      null,
    ),
    ratio(
      'CPU of our processes and PostgreSQL for a payment, settled',
      ofPayment === null ? null : ofPayment / 1000,
      { max: 0.6 },
      { max: 0.3 },
      'ms',
    ),
    ratio('CPU of a payment with a hundred open loans to that with one', costs('payment-100', 'payment-1'), null),
    ratio('CPU of a payment to that of the skeleton', costs('payment-1', 'skeleton'), null),
    ratio('balances to a bare route by the same gateway', rates('balance-1', 'bare-by-gateway'), {
      min: 0.8,
    }),
    ratio(
      'a bare route that reads a balance to one that does nothing',
      rates('bare-read-by-gateway', 'bare-by-gateway'),
      null,
    ),
    ratio('balance of 10,000 loans to that of one', rates('balance-10000', 'balance-1'), { near: 0.1 }),
    ratio('100th page of few loans to their first', rates('page-100-of-few', 'page-1-of-few'), {
      near: 0.15,
    }),
    ratio('first page of many loans to that of few', rates('page-1-of-many', 'page-1-of-few'), {
      near: 0.15,
    }),
    ratio('100th page of many loans to the first of few', rates('page-100-of-many', 'page-1-of-few'), {
      near: 0.15,
    }),
    ratio('event lag to a subscriber, p99', p99sOf(lag?.subscriberMs), { max: 50 }, null, 'ms'),
    ratio('event lag to the balance, p99', p99sOf(lag?.balanceMs), { max: 75 }, null, 'ms'),
    ratio("lag of the skeleton's payments to a subscriber, p99", p99sOf(skeletonLag?.subscriberMs), null, null, 'ms'),
    ratio("lag of the skeleton's payments to the statement, p99", p99sOf(skeletonLag?.balanceMs), null, null, 'ms'),
    ratio('p50 of a payment to that of a commit, one connection', over(p50('payment-1'), p50('commit')), { max: 3 }),
    ratio(
      "p50 of the skeleton's payment to that of a commit, one connection",
      over(p50('skeleton'), p50('commit')),
      null,
    ),
    ratio('rows of a large upload to those of COPY', over(bulk?.perSecond ?? null, rate('copy-large', '1')), {
      min: 0.3,
    }),
    ratio(
      'rows of a large upload to those of COPY into all that it fills',
      over(bulk === null ? null : settledPerSecond(bulk), rate('copy-all-large', '1')),
      null,
    ),
    ratio('memory of our largest process in a large upload', bulk?.largestMib ?? null, { max: 256 }, null, 'MiB'),
    ratio('CPU of a payment with four processes to one', costs('scale-4-processes', 'scale-base'), {
      near: 0.1,
    }),
    ratio('CPU of a payment in payments, with a quarter of the callers to that with all', inFewer('payment-1'), null),
    ratio(
      "CPU of the skeleton's payment in payments, with a quarter of the callers to that with all",
      inFewer('skeleton'),
      null,
    ),
    ratio('CPU of a payment with ten times the customers', costs('scale-10-times-customers', 'scale-base'), {
      near: 0.1,
    }),
  ];
}

const p99sOf = (rounds: readonly LagPercentiles[] | undefined): readonly number[] | null =>
  rounds?.map(({ p99 }) => p99) ?? null;

const inPayments = (row: Row | null): number | null => row?.cpuUs.payments ?? null;

/** Rows per second until settled, for comparison with a control that writes the derived rows as well. */
const settledPerSecond = ({ outcome, settledMs }: Row): number => outcome.done / (outcome.seconds + settledMs / 1000);

function over(upper: number | null, lower: number | null): number | null {
  return upper === null || lower === null || lower === 0 ? null : upper / lower;
}

/** The ratio of each round, without rounds in which one of the two did nothing. */
const overEach = (upper: readonly number[], lower: readonly number[]): readonly number[] =>
  upper
    .map((value, round): [number, number] => [value, lower[round] ?? 0])
    .filter((pair) => pair.every((value) => value > 0 && Number.isFinite(value)))
    .map(([value, other]) => value / other);

/** The middle value, or the mean of the two in the middle; null for an empty list. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
