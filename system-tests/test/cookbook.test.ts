/** The README's tour, the cookbook and the runbook's queries, as pasted, against a fresh system. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { faultOf, runSteps, stepsOf } from '../src/pages.ts';
import { runbookPages } from '../src/runbook.ts';
import { type System, startSystem } from '../src/system.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

let system: System;
const folder = mkdtempSync(join(tmpdir(), 'mo-cookbook-'));
beforeAll(async () => {
  system = await startSystem({ replicas: { webhooks: 1 } });
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true });
});

it('the tour prints what the README shows', async () => {
  const [, tour = ''] = /^## A two-minute tour$(.*?)^The same from a command line/ms.exec(read('README.md')) ?? [];
  const steps = stepsOf(tour);
  expect(steps).toHaveLength(1);
  const [printed = ''] = await runSteps(steps, folder, system.stack.stack());
  const bodiesOf = (text: string) => text.split(/\r?\n/).filter((line) => line.startsWith('{'));
  const bodies = bodiesOf(printed);
  const balances = { results: [expect.objectContaining({ total_debt: '350.00', available_amount: '650.00' })] };
  expect(bodies.map((text) => JSON.parse(text) as object)).toEqual([
    expect.objectContaining({ external_id: 'ada', score: '1000.00' }),
    expect.objectContaining({ external_id: 'loan-1', amount: '600.00', status: 'active' }),
    JSON.parse(bodies[1] ?? ''),
    expect.objectContaining({ code: 'credit_limit_exceeded', available_amount: '400.00' }),
    expect.objectContaining({ external_id: 'payment-1', status: 'completed' }),
    { ...balances, next_cursor: null },
  ]);
  expect(bodies[2]).toBe(bodies[1]);
  expect(printed).toMatch(/^idempotency-replayed: true\r?$/m);
  const [again = ''] = await runSteps(steps, folder, system.stack.stack());
  expect(bodiesOf(again).map((text) => JSON.parse(text) as object)).toEqual([
    expect.objectContaining({ code: 'already_exists' }),
    JSON.parse(bodies[1] ?? ''),
    JSON.parse(bodies[1] ?? ''),
    expect.objectContaining({ code: 'credit_limit_exceeded' }),
    expect.objectContaining({ code: 'already_exists' }),
    { ...balances, next_cursor: null },
  ]);
});

it('each recipe prints what the cookbook shows', async () => {
  const steps = stepsOf(read('docs/cookbook.md'));
  expect(steps.length).toBeGreaterThan(8);
  const printed = await runSteps(steps, folder, system.stack.stack());
  expect(steps.map((step, place) => faultOf(step, printed[place] ?? '')).filter((fault) => fault !== null)).toEqual([]);
});

it('each database query in the runbook is valid', async () => {
  const text = runbookPages().map(read).join('\n');
  const questions = [...text.matchAll(/^sql (\w+) (["'])(.*)\2$/gm)];
  expect(questions.length).toBeGreaterThan(10);
  const entries = system.stack.stack();
  for (const [line, service, , query = ''] of questions) {
    const connectionString = entries[service as 'loans' | 'payments' | 'webhooks']?.databaseUrl;
    const client = new pg.Client({ connectionString });
    await client.connect();
    const answered = await client.query(query).catch((error: Error) => error);
    await client.end();
    expect([line, answered]).toEqual([line, expect.objectContaining({ command: 'SELECT' })]);
  }
});
