import { newHistogram, recordMs } from '@mo/load';
import { countError, newOutcome } from '../src/load/outcome.ts';
import { readTimes } from '../src/measure/cpu.ts';
import { type Lag, lagOf } from '../src/measure/lag.ts';
import { perProcess } from '../src/measure/processes.ts';
import { Rows } from '../src/measure/rows.ts';
import { openRate } from '../src/measure/run-set.ts';
import { meets, ratiosOf } from '../src/report/ratios.ts';
import { resultsJson } from '../src/report/results.ts';
import { renderLag, renderRatios, renderTable } from '../src/report/table.ts';

interface Figures {
  readonly connections?: number;
  readonly done: number;
  readonly latencyMs?: number;
  readonly cpuMs?: number;
  readonly faults?: readonly string[];
}

/** A row of one second. */
function add(
  rows: Rows,
  name: string,
  { connections = 64, done, latencyMs = 5, cpuMs = 0, faults = [] }: Figures,
): void {
  const outcome = newOutcome();
  outcome.done = done;
  outcome.seconds = 1;
  recordMs(outcome.latency, latencyMs);
  const row = rows.of(name, false, { connections });
  row.add({ outcome, cpuMs: perProcess(() => cpuMs), peakMib: perProcess(() => 100), settledMs: 20 });
  row.verified = { rows: done, faults };
}

const NO_LAG = { lag: null, skeletonLag: null };

const resultsOf = (rows: Rows): string =>
  JSON.stringify(
    resultsJson({
      startedAt: new Date(0),
      seconds: 1,
      options: {},
      rows: rows.all,
      ratios: ratiosOf(rows, NO_LAG),
      ...NO_LAG,
      idleCpuShare: perProcess(() => 0),
      rested: [],
      notes: [],
      failures: [],
    }),
  );

const toldOf = (rows: Rows, what: string): number | null =>
  ratiosOf(rows, NO_LAG).find((ratio) => ratio.what === what)?.value ?? null;

it('reads CPU times from /proc for any process name', () => {
  const line = `7 (a (b) c) S 42 7 7 0 -1 4194560 1 2 3 4 120 30 50 6 20 0 1 0 99 1 1`;
  expect(readTimes(line)).toEqual({ parent: 42, ownMs: 1_500, endedChildrenMs: 560 });
});

it('sums slices and computes CPU time per request', () => {
  const rows = new Rows();
  add(rows, 'payment-1', { done: 100, cpuMs: 50 });
  add(rows, 'payment-1', { done: 300, cpuMs: 150 });
  const row = rows.sound('payment-1', '64');
  expect(row?.perSecond).toBe(200);
  expect(row?.rates).toEqual([100, 300]);
  expect(row?.cpuUs.loans).toBe(500);
  expect(row?.systemCpuUs).toBe(2_500);
});

it('reports the percentiles of a lag by round', () => {
  const [first, second] = [newHistogram(), newHistogram()];
  for (let ms = 1; ms <= 100; ms += 1) recordMs(first, ms);
  recordMs(second, 7);
  const lag = lagOf(50, [
    { subscriber: first, balance: second },
    { subscriber: second, balance: newHistogram() },
  ]);
  expect(lag).toMatchObject({ offered: 50, events: 101, balances: 1 });
  expect(lag.balanceMs).toHaveLength(1);
  expect(lag.subscriberMs.map(({ p50, p99 }) => [Math.round(p50), Math.round(p99)])).toEqual([
    [50, 99],
    [7, 7],
  ]);
});

it('offers half of the best closed-loop rate in an open loop', () => {
  const rows = new Rows();
  add(rows, 'loan', { connections: 1, done: 90 });
  add(rows, 'loan', { connections: 16, done: 501 });
  add(rows, 'loan', { connections: 64, done: 400 });
  expect(openRate({ name: 'loan' }, rows)).toBe(251);
});

describe('ratios', () => {
  it('compare scenarios with controls of the same run', () => {
    const rows = new Rows();
    add(rows, 'payment-1', { done: 3_000, cpuMs: 300 });
    add(rows, 'tpcb', { done: 1_500 });
    add(rows, 'payment-1', { connections: 1, done: 100, latencyMs: 6 });
    add(rows, 'commit', { connections: 1, done: 500, latencyMs: 2 });
    expect(toldOf(rows, 'payments to TPC-B transactions')).toBe(2);
    expect(toldOf(rows, 'CPU of our processes and PostgreSQL for a payment, settled')).toBe(0.5);
    expect(toldOf(rows, 'p50 of a payment to that of a commit, one connection')).toBeCloseTo(3, 1);
  });

  it('compare a settled upload with COPY into all derived tables', () => {
    const rows = new Rows();
    const outcome = newOutcome();
    outcome.done = 300;
    outcome.seconds = 2;
    const row = rows.of('bulk-large', false, { connections: 1 });
    row.add({ outcome, cpuMs: perProcess(() => 0), peakMib: perProcess(() => 100), settledMs: 1_000 });
    row.verified = { rows: 300, faults: [] };
    add(rows, 'copy-large', { connections: 1, done: 300 });
    add(rows, 'copy-all-large', { connections: 1, done: 200 });
    expect(toldOf(rows, 'rows of a large upload to those of COPY')).toBe(0.5);
    expect(toldOf(rows, 'rows of a large upload to those of COPY into all that it fills')).toBe(0.5);
  });

  it('compare a payment with its skeleton, without a target', () => {
    const rows = new Rows();
    add(rows, 'payment-1', { done: 1_000, cpuMs: 140 });
    add(rows, 'skeleton', { done: 2_000, cpuMs: 160 });
    add(rows, 'skeleton', { connections: 1, done: 100, latencyMs: 4 });
    add(rows, 'commit', { connections: 1, done: 100, latencyMs: 1 });
    add(rows, 'tpcb', { done: 4_000 });
    add(rows, 'skeleton-one-customer', { done: 3_000 });
    add(rows, 'monolith-one-customer', { done: 500 });
    const what = 'CPU of a payment to that of the skeleton';
    expect(toldOf(rows, what)).toBeCloseTo(1.75, 5);
    expect(toldOf(rows, "payments to the skeleton's")).toBeCloseTo(0.5, 5);
    expect(toldOf(rows, "the skeleton's payments to TPC-B transactions")).toBeCloseTo(0.5, 5);
    expect(toldOf(rows, "the skeleton's payments to one customer to a monolith's")).toBeCloseTo(6, 5);
    expect(toldOf(rows, "p50 of the skeleton's payment to that of a commit, one connection")).toBeCloseTo(4, 1);
    const line = renderRatios(ratiosOf(rows, NO_LAG))
      .split('\n')
      .find((text) => text.startsWith(what));
    expect(line).toMatch(/ 1.75 ×$/);
  });

  it('compare the cost of a payment in its process with fewer callers', () => {
    const rows = new Rows();
    for (const [name, cpuMs] of [
      ['payment-1', 300],
      ['skeleton', 200],
    ] as const) {
      add(rows, name, { connections: 16, done: 1_000, cpuMs });
      add(rows, name, { done: 2_000, cpuMs: 400 });
    }
    expect(toldOf(rows, 'CPU of a payment in payments, with a quarter of the callers to that with all')).toBe(1.5);
    expect(
      toldOf(rows, "CPU of the skeleton's payment in payments, with a quarter of the callers to that with all"),
    ).toBe(1);
  });

  it('report the median round of a lag, and the range', () => {
    const rounds = [40, 90, 60].map((p99) => ({ p50: 20, p90: 30, p99 }));
    const lag: Lag = { offered: 700, events: 3, balances: 3, subscriberMs: rounds, balanceMs: rounds.slice(0, 2) };
    const told = ratiosOf(new Rows(), { lag, skeletonLag: null });
    const of = (what: string) => told.find((ratio) => ratio.what === what);
    expect(of('event lag to a subscriber, p99')).toMatchObject({ value: 60, rounds: [40, 90, 60] });
    expect(of('event lag to the balance, p99')?.value).toBe(65);
    expect(of("lag of the skeleton's payments to a subscriber, p99")?.value).toBeNull();
    expect(renderLag(lag, null)).toContain('to a subscriber   p50 20 ms (20–20), p90 30 ms (30–30), p99 60 ms (40–90)');
  });

  it('are those of the median round, with the range', () => {
    const rows = new Rows();
    for (const [done, cpuMs, tpcb] of [
      [1_000, 100, 1_000],
      [100, 90, 1_000],
      [1_500, 300, 1_000],
      [600, 90, 1_000],
    ] as const) {
      add(rows, 'payment-1', { done, cpuMs });
      add(rows, 'skeleton', { done: 1_000, cpuMs: 100 });
      add(rows, 'tpcb', { done: tpcb });
    }
    const told = ratiosOf(rows, NO_LAG);
    const of = (name: string) => told.find(({ what }) => what === name);
    expect(of('payments to TPC-B transactions')).toMatchObject({ value: 0.8, rounds: [1, 0.1, 1.5, 0.6] });
    expect(of('CPU of a payment to that of the skeleton')?.rounds).toEqual([1, 9, 2, 1.5]);
    expect(of('CPU of a payment to that of the skeleton')?.value).toBe(1.75);
    expect(renderRatios(told)).toMatch(/payments to TPC-B transactions +0\.8 × \(0\.1–1\.5\) /);
  });

  it('omit rounds in which one of the two did nothing', () => {
    const rows = new Rows();
    for (const [payments, transactions] of [
      [0, 1_000],
      [500, 0],
      [700, 1_000],
    ] as const) {
      add(rows, 'payment-1', { done: payments, cpuMs: 70 });
      add(rows, 'skeleton', { done: transactions, cpuMs: 50 });
      add(rows, 'tpcb', { done: transactions });
    }
    const told = ratiosOf(rows, NO_LAG);
    const of = (name: string) => told.find(({ what }) => what === name)?.rounds;
    expect(of('payments to TPC-B transactions')).toEqual([0.7]);
    expect(of('CPU of a payment to that of the skeleton')).toEqual([2]);
  });

  it('have no value if a part was not measured or does not add up', () => {
    const rows = new Rows();
    add(rows, 'payment-1', { done: 3_000 });
    expect(toldOf(rows, 'payments to TPC-B transactions')).toBeNull();
    add(rows, 'tpcb', { done: 1_500, faults: ['one is missing'] });
    expect(toldOf(rows, 'payments to TPC-B transactions')).toBeNull();
    expect(renderRatios(ratiosOf(rows, NO_LAG))).toMatch(/payments to TPC-B transactions +not measured/);
  });

  it('are met at the bound itself', () => {
    expect([meets(1.5, { min: 1.5 }), meets(1.49, { min: 1.5 })]).toEqual([true, false]);
    expect([meets(0.6, { max: 0.6 }), meets(0.61, { max: 0.6 })]).toEqual([true, false]);
    expect([meets(0.9, { near: 0.11 }), meets(1.2, { near: 0.11 })]).toEqual([true, false]);
  });
});

describe('a row that does not add up', () => {
  const rows = new Rows();
  add(rows, 'loan', { done: 77_777, faults: ['run-loan-3 was acknowledged and is not in the table'] });

  it('has no figures in the table', () => {
    const table = renderTable(rows.all);
    expect(table).toContain("rows don't add up: run-loan-3 was acknowledged and is not in the table");
    expect(table).not.toContain('77777');
  });

  it('has no figures in the results either', () => {
    const text = resultsOf(rows);
    expect(text).toContain('"adds_up":false');
    expect(text).not.toContain('77777');
  });

  it('includes rows that were never verified', () => {
    const others = new Rows();
    others.of('loan', false, { connections: 1 });
    expect(renderTable(others.all)).toContain('not verified: no figures');
  });
});

describe('a row in which nothing was done', () => {
  const rows = new Rows();
  const row = rows.of('payment-1', false, { connections: 1 });
  const outcome = newOutcome();
  outcome.seconds = 1;
  countError(outcome, '503', 7);
  countError(outcome, 'timeout', 2);
  row.add({ outcome, cpuMs: perProcess(() => 5), peakMib: perProcess(() => 100), settledMs: 20 });
  row.verified = { rows: 0, faults: [] };
  add(rows, 'commit', { connections: 1, done: 500, latencyMs: 2 });

  it('is not sound, even if the database holds every acknowledged write', () => {
    expect(row.isSound).toBe(false);
    expect(rows.sound('payment-1', '1')).toBeNull();
  });

  it('meets no bar', () => {
    const what = 'p50 of a payment to that of a commit, one connection';
    expect(toldOf(rows, what)).toBeNull();
    expect(renderRatios(ratiosOf(rows, NO_LAG))).toMatch(/p50 of a payment to that of a commit.* not measured/);
  });

  it('has no figures, and names the most frequent error', () => {
    expect(renderTable(rows.all)).toMatch(/payment-1 .*nothing was done: 9 errors, most often 503: no figures/);
    expect(resultsOf(rows)).toContain('"adds_up":false,"faults":["nothing was done: 9 errors, most often 503"]');
  });
});
