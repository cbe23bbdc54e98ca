import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newOutcome, perProcess, Rows, resultsJson } from '@mo/bench';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** CPU time of 1,000 calls, in ms. */
const PARTS = { gateway: 100, customers: 100, loans: 100, payments: 300, postgres: 500, kafka: 100, load: 0 };

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-sizing-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

interface Row {
  readonly done?: number;
  readonly faults?: readonly string[];
}

/** A results file with these rows at 64 connections. */
function figures(names: readonly string[], more: Readonly<Record<string, Row>> = {}): string {
  const rows = new Rows();
  for (const name of [...names, ...Object.keys(more)]) {
    const { done = 1_000, faults = [] } = more[name] ?? {};
    const row = rows.of(name, false, { connections: 64 });
    const outcome = { ...newOutcome(), done, seconds: 1 };
    row.add({ outcome, cpuMs: PARTS, peakMib: perProcess(() => 100), settledMs: 20 });
    row.verified = { rows: done, faults };
  }
  const file = join(dir, 'latest.json');
  const results = resultsJson({
    startedAt: new Date(0),
    seconds: 1,
    options: {},
    rows: rows.all,
    ratios: [],
    lag: null,
    skeletonLag: null,
    idleCpuShare: perProcess(() => 0),
    rested: [],
    notes: [],
    failures: [],
  });
  writeFileSync(file, JSON.stringify(results));
  return file;
}
const ALL = ['customer', 'loan', 'payment-1', 'balance-1'];
const sizing = (...args: string[]) =>
  spawnSync(process.execPath, ['--conditions=source', MAIN, ...args], { encoding: 'utf8' });

it('prints the required capacity and the limits', () => {
  const { status, stdout } = sizing('--figures', figures(ALL), '--customers', '1000000');
  expect(status).toBe(0);
  expect(stdout).toContain('1,000,000 customers a day: in the busiest hour 0.67 registrations, 3.3 loans, 33 payments');
  expect(stdout).toMatch(/payments +0\.06\d* cores busy +1 replicas/);
  expect(stdout).toContain('the nearest first');
});

it('prints the same as JSON', () => {
  const { stdout } = sizing('--figures', figures(ALL), '--customers', '1000000,2000000', '--json');
  const { plans } = JSON.parse(stdout) as { plans: { workload: { customersADay: number } }[] };
  expect(plans.map(({ workload }) => workload.customersADay)).toEqual([1_000_000, 2_000_000]);
});

it.each([
  [['--customers', '0'], '--customers must be a number from 1'],
  [['--calls', 'payment=x'], '--calls payment must be a number'],
  [['--calls', 'transfer=1'], '--calls knows registration, loan, payment, read, not "transfer"'],
  [['--busiest-hour', '0.01'], '--busiest-hour must be a number from'],
  [['--fast'], "Unknown option '--fast'"],
])('a wrong option is named: %j', (args, message) => {
  const { status, stderr } = sizing('--figures', figures(ALL), ...args);
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
});

it('names a missing or unsuitable file, and the command that creates it', () => {
  const nothing = join(dir, 'nothing.json');
  const other = join(dir, 'other.json');
  writeFileSync(other, '{"rows": 1}');
  for (const file of [nothing, other]) {
    const { status, stderr } = sizing('--figures', file);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${file} holds no figures`)]);
    expect(stderr).toContain('npm run bench -- --only customer,loan,payment-1,balance-1');
  }
});

it('missing figures are named', () => {
  const { status, stderr } = sizing('--figures', figures(ALL.slice(1)));
  expect([status, stderr]).toEqual([2, expect.stringContaining('holds no customer at 64 connections')]);
});

it.each([
  [{ faults: ['a loan is missing'] }, "no figures of loan (rows don't add up: a loan is missing)"],
  [{ done: 0 }, 'no figures of loan (nothing was done: 0 errors)'],
])('a required row without figures is named, with the reason: %j', (loan, message) => {
  const { status, stderr } = sizing('--figures', figures(['customer', 'payment-1', 'balance-1'], { loan }));
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
});

it('other rows need no figures', () => {
  const { status, stderr } = sizing('--figures', figures(ALL, { tpcb: { faults: ['one is missing'] } }));
  expect([status, stderr]).toEqual([0, '']);
});

it('supports the largest number of partitions', () => {
  const { status, stdout } = sizing('--figures', figures(ALL), '--partitions', '100000');
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining('With 100000 replicas the busiest has 1.02 times the mean'),
  ]);
});
