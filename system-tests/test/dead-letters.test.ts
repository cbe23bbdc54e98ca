/** An event that followers can't understand, through the gateway and with the operators' commands. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { differences, query } from '@mo/agreement';
import { STREAMS } from '@mo/contracts';
import { testServers } from '@mo/dev-stack';
import { command } from '../src/command.ts';
import { Subscriber } from '../src/subscriber.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { expectStatus, nameOf } from '../src/world.ts';

const COMMAND = fileURLToPath(new URL('../../tools/mo/bin/mo.js', import.meta.url));
const TOPIC_PREFIX = `mo-${randomUUID().slice(0, 8)}`;

let system: System;
let dir: string;
beforeAll(async () => {
  dir = join(testServers().dir, `system-${TOPIC_PREFIX}`);
  system = await startSystem({ dir, env: { LOG_LEVEL: 'fatal', TOPIC_PREFIX } });
});
afterAll(() => system?.stop());

/** A service's quarantine gauge. */
async function quarantined(service: 'customers' | 'payments'): Promise<number> {
  const response = await fetch(`${system.stack.stack()[service].url}/metrics`);
  const lines = (await response.text()).split('\n');
  const line = lines.find((text) => text.startsWith('mo_quarantined{') && text.includes('stream="loans"'));
  return Number(line?.split(' ').at(-1));
}

/** Runs the command as its users do, against the running stack. */
async function deadLetters(...args: string[]): Promise<string> {
  const { KAFKA_BROKERS: _none, ...env } = process.env;
  const options = ['--conditions=source', COMMAND, 'dlq', ...args];
  const run = promisify(execFile)(process.execPath, options, { env: { ...env, MO_DIR: dir, TOPIC_PREFIX } });
  return (await run).stdout;
}

const inLoans = (text: string) => query(system.stack.stack(), 'loans', text);

/** From now on the loans service publishes this customer's events in a form that nobody understands yet. */
async function speakOfTheFuture(customerId: number): Promise<void> {
  await inLoans(`CREATE FUNCTION future() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.data := (NEW.data::jsonb || '{"amount": {"value": 400}}')::json; RETURN NEW; END $$`);
  await inLoans(`CREATE TRIGGER future BEFORE INSERT ON journal FOR EACH ROW
    WHEN (NEW.customer_id = ${customerId}) EXECUTE FUNCTION future()`);
}

/** Makes those events understandable again. */
async function speakOfToday(): Promise<void> {
  await inLoans('DROP TRIGGER future ON journal');
  await inLoans(
    `UPDATE journal SET data = (data::jsonb || '{"amount": "400.00"}')::json WHERE data->'amount'->>'value' <> ''`,
  );
}

it('of a customer that does not exist is no difference, neither while it waits nor once it is dismissed', async () => {
  const stack = system.stack.stack();
  const nobody = '999999999999';
  const subscriber = new Subscriber(stack.kafka.brokers);
  const headers = { ce_subject: nobody, ce_sequence: '1' };
  const garbage = { customerId: Number(nobody), version: 1, value: '{}', headers };
  for (const stream of STREAMS) await subscriber.send(`${TOPIC_PREFIX}.${stream}`, [garbage]);
  const standing = async () => {
    const rows = STREAMS.map((service) => query(stack, service, 'SELECT 1 FROM quarantine'));
    return (await Promise.all(rows)).map(({ length }) => length);
  };
  const reconciled = async () => (await command(stack, 'reconcile', '--lag-seconds', '600')).lines.slice(0, -1);
  // Each service follows the streams of the other two.
  await waitFor(async () => (await standing()).every((rows) => rows === 2));
  await waitFor(async () => /^letters: ([6-9]|\d\d)$/m.test(await deadLetters('list', '--customer', nobody)));
  expect(await reconciled()).toEqual([]);
  expect(await deadLetters('dismiss')).toMatch(/^letters dismissed: ([6-9]|\d\d)$/m);
  await waitFor(async () => (await standing()).every((rows) => rows === 0));
  expect(await reconciled()).toEqual([]);
  expect(await differences(stack)).toEqual([]);
});

it('blocks only its own customer until it is understood', async () => {
  const { world, api } = system;
  const [a, b] = [await world.customer('1000'), await world.customer('1000')];
  await speakOfTheFuture(a.id);
  expectStatus(await world.loan(a.id, '400'), 201);
  expectStatus(await world.loan(b.id, '400'), 201);

  const body = JSON.stringify({ external_id: nameOf('payment'), customer_id: a.id, total_amount: '100' });
  const headers = { 'content-type': 'application/json', 'idempotency-key': nameOf('key') };
  const unconfirmed = await api.raw({ method: 'POST', path: '/api/payments', headers, body });
  expect(unconfirmed.statusCode).toBe(503);
  expect(unconfirmed.headers['retry-after']).toMatch(/^\d+$/);
  expect(unconfirmed.headers['content-type']).toMatch(/^application\/problem\+json/);
  const detail = `event 1 of the loans of customer ${a.id} cannot be understood yet`;
  expect(await unconfirmed.body.json()).toMatchObject({ code: 'unavailable', status: 503, detail });

  expect((await api.insist('getBalance', { params: { customer_id: a.id } })).status).toBe(200);
  expect((await api.insist('listCustomerLoans', { params: { customer_id: a.id } })).status).toBe(200);
  expect(expectStatus(await world.payment(b.id, '400'), 201).status).toBe('completed');
  for (const service of ['customers', 'payments'] as const)
    await waitFor(async () => (await quarantined(service)) === 1);
  await waitFor(async () => /^letters: [2-9]$/m.test(await deadLetters('list', '--customer', String(a.id))));

  await speakOfToday();
  expect(expectStatus(await world.payment(a.id, '100'), 201).status).toBe('completed');
  for (const service of ['customers', 'payments'] as const)
    await waitFor(async () => (await quarantined(service)) === 0);
  expect(await deadLetters('dismiss')).toMatch(/^letters dismissed: [2-9]$/m);
  expect(await deadLetters('list')).toBe('letters: 0\n');
  await waitFor(async () => (await differences(system.stack.stack())).length === 0);
});
