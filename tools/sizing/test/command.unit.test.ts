import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const PARTS = { gateway: 100, customers: 100, loans: 100, payments: 300, postgres: 500, kafka: 100 };

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-sizing-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function figures(names: readonly string[], more: object = {}): string {
  const file = join(dir, 'latest.json');
  const rows = names.map((name) => ({ name, load: '64', adds_up: true, cpu_us_per_request: PARTS, ...more }));
  writeFileSync(file, JSON.stringify({ rows }));
  return file;
}
const ALL = ['customer', 'loan', 'payment-1', 'balance-1'];
const sizing = (...args: string[]) =>
  spawnSync(process.execPath, ['--conditions=source', MAIN, ...args], { encoding: 'utf8' });

it('prints what is needed, and what comes to its end', () => {
  const { status, stdout } = sizing('--figures', figures(ALL), '--customers', '1000000');
  expect(status).toBe(0);
  expect(stdout).toContain('1,000,000 customers a day: in the busiest hour 0.67 registrations, 3.3 loans, 33 payments');
  expect(stdout).toMatch(/payments +0\.06\d* cores busy +1 replicas/);
  expect(stdout).toContain('the nearest first');
});

it('gives programs the same', () => {
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

it('a file that is not there, or holds something else, is named, and how to get it', () => {
  const nothing = join(dir, 'nothing.json');
  const other = join(dir, 'other.json');
  writeFileSync(other, '{"rows": 1}');
  for (const file of [nothing, other]) {
    const { status, stderr } = sizing('--figures', file);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${file} holds no figures`)]);
    expect(stderr).toContain('npm run bench -- --only customer,loan,payment-1,balance-1');
  }
});

it('figures that are missing, or do not add up, are named', () => {
  const missing = sizing('--figures', figures(ALL.slice(1)));
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('holds no customer at 64 connections')]);
  const wrong = sizing('--figures', figures(ALL, { adds_up: false }));
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("don't add up")]);
});
