/**
 * Logs must never contain keys, passwords or data that callers send. The test plants such data in every part of
 * requests, in answers of every kind, and during outages of PostgreSQL and Kafka; then it searches every log of every
 * process, at the most verbose level.
 */
import kafkajs from 'kafkajs';
import { insisting } from '../src/api.ts';
import { linesOf, logsOf } from '../src/logs.ts';
import { OWN_SERVERS_MS, type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { concurrently } from '../src/world.ts';

/** Part of all planted data: no log may contain it. */
const MARK = 'planted-5e11';
// Unlike any duration in milliseconds.
const AMOUNT = '97531.13';
const RACES = 20;

let system: System;
let planted = 0;
const plant = (): string => {
  planted += 1;
  return `${MARK}-${planted}`;
};

beforeAll(async () => {
  const env = {
    LOG_LEVEL: 'trace',
    // Nobody listens there, so export failures are logged again and again.
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${MARK}`,
    OTEL_TRACES_SAMPLER_ARG: '1',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
  };
  system = await startSystem({ env, replicas: { loans: 2 } }, true);
}, OWN_SERVERS_MS);
afterAll(() => system?.stop());

const DUE = { maximum_payment_date: '2030-01-01T00:00:00Z' };

/** Sends any request until the answer is not 503, as after a moment in which the machine stood still. */
async function send(...request: Parameters<typeof sendOnce>): Promise<number> {
  return (await insisting(async () => ({ status: await sendOnce(...request) }))).status;
}

/** Sends any request. @returns the status */
async function sendOnce(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await system.api.raw({
    method,
    path,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'idempotency-key': plant(),
      'user-agent': plant(),
      cookie: plant(),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  await answer.body.dump();
  return answer.statusCode;
}

/** A customer with a loan and a payment; returns its name. */
async function business(): Promise<string> {
  const customer = plant();
  expect(await send('POST', '/api/customers', { external_id: customer, score: AMOUNT })).toBe(201);
  const named = { customer_external_id: customer };
  expect(await send('POST', '/api/loans', { external_id: plant(), ...named, amount: AMOUNT, ...DUE })).toBe(201);
  expect(await send('POST', '/api/payments', { external_id: plant(), ...named, total_amount: AMOUNT })).toBe(201);
  return customer;
}

/** Refusals and errors of every kind; returns their statuses. */
async function mistakes(customer: string): Promise<number[]> {
  const named = { customer_external_id: customer };
  const loan = { external_id: plant(), ...named, amount: AMOUNT, ...DUE };
  const wrongKey = { authorization: `Bearer ${plant()}` };
  return [
    await send('POST', '/api/customers', { external_id: customer, score: AMOUNT }),
    await send('POST', '/api/loans', { ...loan, amount: '99999.13' }),
    await send('POST', '/api/loans', { ...loan, customer_external_id: plant() }),
    await send('POST', '/api/loans', { ...loan, amount: plant() }),
    await send('POST', '/api/loans', { ...loan, [plant()]: plant() }),
    await send('POST', '/api/loans', `{"external_id": "${plant()}`),
    await send('POST', '/api/loans', plant(), { 'content-type': plant() }),
    await send('GET', `/api/customers/${plant()}`),
    await send('GET', `/api/customers/1/${plant()}`),
    await send('GET', `/${plant()}`),
    await send('GET', `/api/customers?external_id=${plant()}&${plant()}=1`),
    await send('GET', `/api/loans?customer_external_id=${customer}`),
    await send('GET', '/api/loans', undefined, { 'consistency-token': plant() }),
    await send('GET', '/api/loans', undefined, wrongKey),
    await send('GET', '/api/loans', undefined, { ...wrongKey, 'x-api-key': plant(), traceparent: plant() }),
    await send('DELETE', `/api/customers/${plant()}`),
    await send('POST', '/api/customers/bulk', `${plant()},${plant()}\n${customer},1\n`, { 'content-type': 'text/csv' }),
  ];
}

/** Two customers use the same name at the same time in two processes: the table's constraint refuses one. */
async function races(): Promise<void> {
  const customers = [await business(), await business()];
  await concurrently(RACES, 1, async () => {
    const external_id = plant();
    const claims = customers.map((customer_external_id) =>
      send('POST', '/api/loans', { external_id, customer_external_id, amount: '1.13', ...DUE }),
    );
    expect(new Set(await Promise.all(claims))).toEqual(new Set([201, 409]));
  });
}

/** Foreign messages on a topic: an unreadable one, and one that violates the contract. */
async function garbage(): Promise<void> {
  const { kafka } = system.stack.stack();
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer();
  await producer.connect();
  const headers = { ce_specversion: '1.0', ce_subject: '1', ce_sequence: '999', ce_type: 'LoanTaken' };
  await producer.send({
    topic: 'mo.loans',
    messages: [
      { key: plant(), value: plant(), headers: { ce_specversion: '1.0', ce_seen: plant() } },
      { key: '1', value: JSON.stringify({ external_id: plant(), amount: plant() }), headers },
    ],
  });
  await producer.disconnect();
  await waitFor(() => Promise.resolve(logsOf(system.stack).some(({ text }) => text.includes('dead-letter topic'))));
}

/** Kills a server, sends requests during the outage, and waits for its return. */
async function outageOf(server: 'postgres' | 'kafka', customer: string): Promise<void> {
  const pid = system.stack.stack()[server].pid as number;
  process.kill(pid, 'SIGKILL');
  const loan = () => ({ external_id: plant(), customer_external_id: customer, amount: AMOUNT, ...DUE });
  await Promise.all([
    sendOnce('GET', `/api/loans?customer_external_id=${customer}`),
    sendOnce('GET', `/api/customers?external_id=${customer}`),
    sendOnce('POST', '/api/loans', loan()),
    sendOnce('POST', '/api/payments', { external_id: plant(), customer_external_id: customer, total_amount: AMOUNT }),
  ]);
  await waitFor(async () => (await system.api.raw({ method: 'GET', path: '/readyz' })).statusCode === 200);
  await waitFor(() => Promise.resolve(![null, pid].includes(system.stack.stack()[server].pid)));
  await waitFor(async () => (await send('POST', '/api/customers', { external_id: plant(), score: AMOUNT })) === 201);
}

it('no log contains secrets or personal data, not even after errors and outages', async () => {
  const customer = await business();
  expect(new Set(await mistakes(customer))).toEqual(new Set([200, 400, 401, 404, 405, 409, 415, 422]));
  await races();
  await garbage();
  await outageOf('postgres', customer);
  await outageOf('kafka', customer);
  await business();

  const said = logsOf(system.stack);
  const { stack } = system;
  const urls = [stack.stack().customers, stack.stack().loans, stack.stack().payments].map((one) => one.databaseUrl);
  const passwords = urls.map((url) => new URL(url).password);
  expect(passwords.every((password) => password.length > 0)).toBe(true);
  const secrets = [MARK, AMOUNT, stack.apiKey, ...passwords];
  // Each process has logged an error, otherwise the search would prove nothing.
  for (const service of ['gateway', 'customers', 'loans', 'loans-2', 'payments'])
    expect(linesOf(stack, service).some(({ level }) => level === 'warn')).toBe(true);
  const found = said.flatMap(({ name, text }) =>
    text
      .split('\n')
      .filter((line) => secrets.some((secret) => line.includes(secret)))
      .map((line) => `${name}: ${line.slice(0, 500)}`),
  );
  expect(found).toEqual([]);
}, 300_000);

it('each request has one log line, with its trace, its caller and where that called from', () => {
  const lines = linesOf(system.stack, 'gateway').filter(({ msg }) => msg === 'request');
  const ids = lines.map(({ requestId }) => requestId);
  expect(lines.length).toBeGreaterThan(planted / 10);
  expect(new Set(ids).size).toBe(ids.length);
  const traced = lines.filter(({ status }) => status === 201);
  expect(traced.every(({ traceId }) => /^[0-9a-f]{32}$/.test(String(traceId)))).toBe(true);
  expect(traced.map(({ caller, address }) => [caller, address])).toEqual(traced.map(() => ['local', '127.0.0.1']));
  const refused = lines.filter(({ status }) => status === 401);
  expect(refused.map(({ caller, address }) => [caller, address])).toEqual(refused.map(() => [undefined, '127.0.0.1']));
});
