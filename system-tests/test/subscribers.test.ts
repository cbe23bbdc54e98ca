/** The example subscribers on the real thing: killed in the middle, and told everything twice. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoanBody, PaymentBody } from '@mo/contracts';
import { parseMoney } from '@mo/money';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Example, exampleCommands, type LedgerRow } from '../src/example.ts';
import { type Received, Subscriber } from '../src/subscriber.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { concurrently, expectStatus } from '../src/world.ts';

const TOPIC_PREFIX = `mo-${randomUUID().slice(0, 8)}`;
const TOPICS = [`${TOPIC_PREFIX}.loans`, `${TOPIC_PREFIX}.payments`];
const CUSTOMERS = 8;
const KILLS = 2;
/** After a kill it takes Kafka some seconds to let the next process in. */
const TIMEOUT_MS = 180_000;

let system: System;
let subscriber: Subscriber;
let folder: string;
const customers: number[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mo-subscribers-'));
  system = await startSystem({ env: { LOG_LEVEL: 'warn', TOPIC_PREFIX } });
  subscriber = new Subscriber(system.stack.stack().kafka.brokers);
  for (let count = 0; count < CUSTOMERS; count += 1) customers.push((await system.world.customer('100000')).id);
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Each customer requests a loan that is rejected, pays twice, once in vain, and takes a loan. The last event of each topic is
 * one that counts, so that to count it twice shows.
 */
async function business(): Promise<void> {
  const { world, api } = system;
  await concurrently(CUSTOMERS, CUSTOMERS, async (place) => {
    const customerId = customers[place] as number;
    const pending = expectStatus(await world.loan(customerId, '5.00', { status: 'pending' }), 201);
    await api.insist('rejectLoan', { params: { loan_id: pending.id } });
    await world.payment(customerId, '90000.00');
    await world.payment(customerId, '3.07');
    await world.loan(customerId, '10.01');
  });
}

/** What the API says of each customer, in minor units. */
async function truth(): Promise<LedgerRow[]> {
  const rows = customers.map(async (customerId) => {
    const options = { params: { customer_id: customerId }, query: { limit: 200 } };
    const { body: loans } = await system.api.insist<{ results: LoanBody[] }>('listCustomerLoans', options);
    const { body: payments } = await system.api.insist<{ results: PaymentBody[] }>('listCustomerPayments', options);
    const taken = loans.results.filter(({ status }) => status === 'active' || status === 'paid');
    const completed = payments.results.filter(({ status }) => status === 'completed');
    return {
      customerId,
      lent: taken.reduce((sum, { amount }) => sum + Number(parseMoney(amount)), 0),
      paid: completed.reduce((sum, { total_amount: amount }) => sum + Number(parseMoney(amount)), 0),
    };
  });
  return Promise.all(rows);
}

/** Waits until its ledger says what the API says. */
async function untilTrue(example: Example): Promise<void> {
  const expected = JSON.stringify(await truth());
  await waitFor(() => Promise.resolve(JSON.stringify(example.rows()) === expected));
}

async function everythingOf(topic: string) {
  return subscriber.read(topic, await subscriber.ends(topic));
}

describe.each(exampleCommands())('the subscriber in $language', (command) => {
  const exampleOn = (ledger: string) =>
    new Example(
      command,
      system.stack.stack().kafka.brokers,
      TOPIC_PREFIX,
      join(folder, `${command.language}-${ledger}`),
    );

  const test = (what: string, run: () => Promise<void>) => it(what, run, TIMEOUT_MS);

  test('has every event once, from the first on, however often it is killed and told the same', async () => {
    const example = exampleOn('ledger.db');
    try {
      await business();
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = example.applied();
        example.start();
        const underWay = business();
        await waitFor(() => Promise.resolve(example.applied() > before));
        expect(await example.end('SIGKILL')).toBeNull();
        await underWay;
      }
      example.start();
      await untilTrue(example);
      for (const topic of TOPICS) await subscriber.send(topic, await everythingOf(topic));
      await business();
      await untilTrue(example);
      expect(await example.end('SIGTERM')).toBe(0);
      expect(example.rows()).toEqual(await truth());
    } catch (error) {
      throw new Error(`${(error as Error).message}\nit said: ${example.output.slice(-2_000)}`, { cause: error });
    } finally {
      await example.end('SIGKILL');
    }
  });

  test('has the same where it reads anew what was told before', async () => {
    const example = exampleOn('another.db');
    await business();
    example.start();
    try {
      await untilTrue(example);
      expect(await example.end('SIGTERM')).toBe(0);
    } finally {
      await example.end('SIGKILL');
    }
  });
});

it('every event is as its JSON Schema and the AsyncAPI document say, which the gateway serves', async () => {
  const get = async (path: string) => (await (await fetch(`${system.stack.url}${path}`)).json()) as object;
  const ajv = new Ajv2020({ allErrors: true });
  addFormats.default(ajv);
  const { components } = (await get('/asyncapi.json')) as {
    components: { messages: Record<string, { headers: object }> };
  };
  await business();
  expectStatus(await system.world.payment(customers[0] as number, '10.01'), 201);
  const typeOf = ({ headers }: Received) => headers.ce_type as string;
  let events: Received[] = [];
  await waitFor(async () => {
    events = (await Promise.all(TOPICS.map(everythingOf))).flat();
    return events.some((event) => typeOf(event) === 'LoanPaid');
  });
  const types = new Set(events.map(typeOf));
  expect([...types].sort()).toEqual([
    'LoanPaid',
    'LoanRejected',
    'LoanRequested',
    'LoanTaken',
    'PaymentApplied',
    'PaymentRejected',
  ]);
  for (const type of types) {
    const ofType = events.filter(({ headers }) => headers.ce_type === type);
    const isHeaders = ajv.compile(components.messages[type]?.headers ?? false);
    const isData = ajv.compile(await get(`/schemas/${ofType[0]?.headers.ce_dataschema}`));
    for (const { headers, value } of ofType) {
      expect([isHeaders(headers), isHeaders.errors]).toEqual([true, null]);
      expect([isData(JSON.parse(value)), isData.errors]).toEqual([true, null]);
    }
  }
});
