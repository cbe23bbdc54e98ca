/** Events that can't be understood: their effect on customers, metrics and dead letters, and their recovery. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StreamEvent } from '@mo/contracts';
import { testServers } from '@mo/dev-stack';
import { type IncomingMessage, type Producer, type RawMessage, type Subscription, toMessage } from '@mo/messaging';
import { publish, send, waitFor } from '@mo/messaging/testing';
import type { App } from '@mo/service-kit';
import { getLoan, type LoansUnderTest, newLoan, pay, postLoan, register, startLoans } from './harness.ts';

const COMMAND = fileURLToPath(new URL('../../../tools/mo/bin/mo.js', import.meta.url));
const PARTITIONS = 12;

let loans: LoansUnderTest;
let producer: Producer;
let subscription: Subscription;
let letters: IncomingMessage[];
let topic: string;
beforeEach(async () => {
  loans = await startLoans();
  topic = `${loans.topicPrefix}.payments`;
  letters = [];
  const topics = ['customers', 'payments'].map((stream) => `${loans.topicPrefix}.${stream}`);
  const dead = topics.map((name) => `${name}.dlq`);
  await loans.kafka.ensureTopics(
    [...topics, ...dead, `${loans.topicPrefix}.loans`, `${loans.topicPrefix}.loans.dlq`],
    PARTITIONS,
  );
  producer = await loans.kafka.producer();
  subscription = await loans.kafka.subscribe(`${loans.topicPrefix}.test`, dead, async (messages) => {
    letters.push(...messages.filter(({ headers }) => headers.mo_settled === undefined));
  });
});
afterEach(async () => {
  await subscription.close();
  await producer.close();
  await loans.stop();
});

/** A customer who has borrowed 400.00 of 1,000.00. */
async function borrower() {
  const id = register(loans.customers);
  const loan = (await postLoan(loans.app, newLoan(id))).body;
  return { id, loan };
}

/** A rebalance may duplicate a letter. */
const distinct = (): IncomingMessage[] => {
  const placeOf = ({ headers }: IncomingMessage) => `${headers.mo_source_partition}/${headers.mo_source_offset}`;
  return [...new Map(letters.map((letter) => [placeOf(letter), letter])).values()];
};

const push = (...events: StreamEvent[]) => publish(producer, loans.topicPrefix, events);

/** The changed message of an event; its key determines the partition. */
async function pushChanged(event: StreamEvent, headers: Record<string, string>, data: object | string = event.data) {
  const value = typeof data === 'string' ? data : JSON.stringify(data);
  const message = toMessage(event.stream, {
    ...event,
    customer_id: String(event.customer_id),
    version: String(event.version),
    data: value,
    seen: JSON.stringify(event.seen),
  });
  const all = bytesOf({ ...message.headers, ...headers });
  await pushRaw({ key: Buffer.from(message.key), value: Buffer.from(value), headers: all });
}

const bytesOf = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));

/** Sends a message unchanged, and retries while the new topic has no leader. */
const pushRaw = (message: RawMessage) => waitFor(() => producer.send(topic, [message]).then(() => true));

const outstanding = async (app: App, loanId: number) => (await getLoan(app, loanId)).body.outstanding;

/** The gauge of a stream in a process. */
async function quarantined(app: App, stream = 'payments'): Promise<number> {
  const { body } = await app.server.inject({ method: 'GET', url: '/metrics' });
  const line = body.split('\n').find((text) => text.startsWith('mo_quarantined{') && text.includes(`"${stream}"`));
  return Number(line?.split(' ').at(-1));
}

/** Runs the command as its users do. */
async function deadLetters(...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, KAFKA_BROKERS: testServers().brokers.join(','), TOPIC_PREFIX: loans.topicPrefix };
  const options = ['--conditions=source', COMMAND, 'dlq', ...args];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, options, { env });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

it('each kind of bad event goes to the dead letters with reason and origin, and its partition continues', async () => {
  const [a, b] = [await borrower(), await borrower()];
  const paid = (of: typeof a, version: number) => pay(loans.payments, of.loan, '10.00', version);
  // All events exist before the first is sent, so that a pull returns all of them.
  const made = [paid(a, 1), paid(a, 2), paid(a, 3), paid(a, 4), paid(a, 5), paid(a, 6), paid(a, 7)] as const;
  const [first, second, third, fourth, fifth, sixth, seventh] = made;
  await pushChanged(first, { ce_specversion: '2.0' });
  await pushChanged(second, {}, '{"oops');
  await pushChanged(third, {}, { ...fourth.data, total_amount: 10 });
  await pushChanged(fifth, { ce_type: 'PaymentLost' });
  await pushChanged(sixth, { ce_subject: String(b.id) });
  // Valid but for its id, and its amount is not that of the real event.
  const forged = { ...seventh.data, total_amount: '99.00', details: [{ loan_id: a.loan.id, amount: '99.00' }] };
  await pushChanged(seventh, { ce_id: `payments-${a.id}-8` }, forged);
  await pushRaw({ key: null, value: Buffer.from([255, 0, 254]), headers: { ce_type: Buffer.from([255, 0, 10]) } });
  await pushRaw({ key: Buffer.alloc(0), value: null, headers: {} });
  await push(paid(b, 1));
  await waitFor(() => distinct().length === 8);
  const reasons = distinct().map(({ headers }) => headers.mo_reason ?? '');
  reasons.sort((one, other) => one.localeCompare(other));
  expect(reasons).toEqual([
    `ce_id is not payments-${a.id}-7`,
    'ce_specversion is 2.0, not 1.0',
    'ce_specversion is missing, not 1.0',
    'ce_specversion is missing, not 1.0',
    'ce_subject is not the customer_id of the data',
    expect.stringMatching(/^ce_type: /),
    expect.stringMatching(/^data\.total_amount: /),
    'the data is not JSON',
  ]);
  for (const { headers } of letters) {
    expect(headers).toMatchObject({ mo_source_topic: topic, mo_follower: `${loans.topicPrefix}.loans` });
    expect(headers.mo_source_offset).toMatch(/^\d+$/);
  }
  // The owner's journal contains the event that was garbled in transit; letters of events in no stream remain.
  await waitFor(async () => (await outstanding(loans.app, a.loan.id)) === '330.00');
  await waitFor(async () => (await outstanding(loans.app, b.loan.id)) === '390.00');
  await waitFor(async () => (await quarantined(loans.app)) === 3);
});

it('an event that only newer software understands delays its own customer until then', async () => {
  const [a, b] = [await borrower(), await borrower()];
  loans.payments.garble = ({ customer_id: id, version }) => id === a.id && version === 2;
  const [first, second] = [pay(loans.payments, a.loan, '10.00', 1), pay(loans.payments, a.loan, '300.00', 2)];
  await pushChanged(second, { ce_type: 'PaymentOfTheFuture' });
  await push(first, pay(loans.payments, b.loan, '10.00', 1));
  await waitFor(async () => (await outstanding(loans.app, b.loan.id)) === '390.00');
  await waitFor(async () => (await quarantined(loans.app)) === 1);

  // Reads and decisions that need no new events continue; a refusal on stale data is a 503.
  await waitFor(async () => (await outstanding(loans.app, a.loan.id)) === '390.00');
  expect((await postLoan(loans.app, newLoan(a.id, { amount: '100.00' }))).status).toBe(201);
  const unconfirmed = await postLoan(loans.app, newLoan(a.id, { amount: '600.00' }));
  expect(unconfirmed).toMatchObject({ status: 503, body: { code: 'unavailable' } });
  expect(unconfirmed.headers['retry-after']).toMatch(/^\d+$/);
  expect(unconfirmed.text).toMatch(/event 2 of the payments of customer \d+ cannot be understood yet/);
  expect((await postLoan(loans.app, newLoan(b.id, { amount: '700.00' }))).body.code).toBe('credit_limit_exceeded');

  loans.payments.garble = () => false;
  await waitFor(async () => (await outstanding(loans.app, a.loan.id)) === '90.00');
  await waitFor(async () => (await quarantined(loans.app)) === 0);
  expect((await postLoan(loans.app, newLoan(a.id, { amount: '600.00' }))).status).toBe(201);

  // A pull alone is enough to count it.
  loans.payments.garble = () => true;
  const unseen = letters.length;
  pay(loans.payments, b.loan, '10.00', 2);
  expect((await postLoan(loans.app, newLoan(b.id, { amount: '700.00' }))).status).toBe(503);
  expect(await quarantined(loans.app)).toBe(1);
  expect(letters).toHaveLength(unseen);
});

it('the gauge survives a restart, is equal in all processes, and falls once the event is replayed', async () => {
  const a = await borrower();
  // Payments can't be reached, so that only the event itself can end the quarantine.
  loans.payments.reachable = false;
  const event = pay(loans.payments, a.loan, '10.00', 1);
  await pushChanged(event, {}, '{"oops');
  await pushRaw({ key: Buffer.from('nobody'), value: Buffer.from('nothing'), headers: {} });
  const replica = await loans.startReplica();
  for (const app of [loans.app, replica]) await waitFor(async () => (await quarantined(app)) === 2);
  await loans.stopReplica(loans.app);
  const restarted = await loans.startReplica();
  for (const app of [replica, restarted]) await waitFor(async () => (await quarantined(app)) === 2);

  const listed = await deadLetters('list', '--topic', topic);
  expect(listed.output).toMatch(
    new RegExp(`${topic}/\\d+/\\d+  customer ${a.id}  PaymentApplied  version 1  .+: the data is not JSON`),
  );
  expect(listed.output).toMatch(/no customer {2}no type {2}no version .+: ce_specversion is missing/);
  expect(listed.output).toMatch(/^letters: [2-9]$/m);
  const dismissed = await deadLetters('dismiss', '--customer', 'none');
  expect(dismissed).toEqual({ code: 0, output: expect.stringMatching(/^letters dismissed: [1-9]$/m) });
  for (const app of [replica, restarted]) await waitFor(async () => (await quarantined(app)) === 1);

  // The owner's journal has the intact event; the replayed message is as bad as before, and is quarantined again.
  expect((await deadLetters('replay')).output).toMatch(/^letters put back: [1-9], as messages: 1, left: 0$/m);
  await waitFor(() => distinct().filter(({ headers }) => headers.ce_sequence === '1').length === 2);
  expect(await quarantined(restarted)).toBe(1);
  expect((await deadLetters('list', '--customer', String(a.id))).output).toMatch(/^letters: [1-9]$/m);
  const [asJson = ''] = (await deadLetters('list', '--customer', String(a.id), '--json')).output.split('\n');
  expect(JSON.parse(asJson)).toMatchObject({ customer_id: a.id, version: 1, omitted_bytes: null });

  loans.payments.reachable = true;
  await waitFor(async () => (await outstanding(restarted, a.loan.id)) === '390.00');
  for (const app of [replica, restarted]) await waitFor(async () => (await quarantined(app)) === 0);
});

it('an event that could not take effect does so when it is replayed unchanged after its cause', async () => {
  const a = await borrower();
  loans.payments.reachable = false;
  // It pays a loan that loans does not have, so that no pull applies it in the meantime.
  const event = pay(loans.payments, { ...a.loan, id: a.loan.id + 1 }, '10.00', 1);
  await push(event);
  await waitFor(() => distinct().length === 1);
  expect(letters[0]?.headers.mo_reason).toMatch(/^it cannot take effect: /);
  await waitFor(async () => (await quarantined(loans.app)) === 1);
  // Other events of its partition continue. Another command takes the loan, after which the event can take effect.
  expect((await postLoan(loans.app, newLoan(a.id, { amount: '100.00' }))).body.id).toBe(a.loan.id + 1);
  expect((await deadLetters('replay', '--topic', topic)).code).toBe(0);
  await waitFor(async () => (await outstanding(loans.app, a.loan.id + 1)) === '90.00');
  await waitFor(async () => (await quarantined(loans.app)) === 0);
  const { output } = await deadLetters('replay', '--topic', topic);
  expect(output).toMatch(/^letters put back: 0, as messages: 0, left: 0$/m);
  const history = await send<{ results: unknown[] }>(loans.app, 'GET', `/api/customers/${a.id}/loans`);
  expect(history.headers['consistency-token']).toBe(`1.${a.id}.1.2.1`);
});
