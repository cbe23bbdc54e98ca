/** `npm run bench` in its smallest form: its measurements add up. Speed is not checked. */
import { join } from 'node:path';
import { testServers } from '@mo/dev-stack';
import { bench } from '../src/bench.ts';
import { RESTS_MS } from '../src/measure/rested.ts';
import type { Plan } from '../src/plan.ts';
import { renderTable } from '../src/report/table.ts';

const PLAN: Plan = {
  scenarios: [
    'customer',
    'payment-1',
    'payment-100',
    'payment-across-10',
    'balance-1',
    'page-1-of-few',
    'mixed',
    'lag',
    'bulk-small',
  ],
  connections: [1, 4],
  rounds: 1,
  sliceMs: 200,
  warmUpMs: 100,
  pool: 10,
  across: 20,
  balances: [{ name: 'balance-1', loans: 1 }],
  few: 30,
  many: 30,
  bulkSmall: 500,
  bulkLarge: 500,
  branches: 4,
  accountsPerBranch: 100,
};
const TIMEOUT_MS = 300_000;

it(
  'measures scenarios and controls, and every row adds up',
  async () => {
    const servers = testServers();
    const { rows, lag, skeletonLag, rested, failures } = await bench({
      plan: PLAN,
      dir: join(servers.dir, `bench-${process.pid}`),
      servers,
      say: () => {},
    });
    if (!rows.all.every(({ isSound }) => isSound)) throw new Error(renderTable(rows.all));
    expect(failures).toEqual([]);
    const names = new Set(rows.all.map(({ name }) => name));
    for (const name of [
      ...PLAN.scenarios,
      'tpcb',
      'monolith',
      'skeleton',
      'skeleton-one-customer',
      'skeleton-lag',
      'commit',
      'bare-by-gateway',
      'bare-read-by-gateway',
      'copy-small',
      'copy-all-small',
    ])
      expect(names).toContain(name);
    const idle = rows.all.filter(({ outcome }) => outcome.done === 0);
    expect(idle.map(({ name, level, outcome }) => ({ name, level, errors: outcome.errors }))).toEqual([]);
    expect(lag?.events).toBeGreaterThan(0);
    expect(lag?.balances).toBeGreaterThan(0);
    expect(skeletonLag?.events).toBeGreaterThan(0);
    expect(skeletonLag?.balances).toBe(skeletonLag?.events);
    expect(rested.map(({ restMs }) => restMs)).toEqual(RESTS_MS);
    for (const { cpuUs } of rested) expect(cpuUs).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
