/** All processes of a service are down: what callers get meanwhile, and that nothing is missed afterwards. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CustomerBody, LoanBody, Problem } from '@mo/contracts';
import { Parked } from '../src/parked.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { expectStatus, nameOf } from '../src/world.ts';

/** Two restarts, calls that insist, and two conditions may each take 45 s. */
const TIMEOUT_MS = 300_000;
const TERMS = { amount: '10', maximum_payment_date: '2030-01-01T00:00:00Z' };

const parked = new Parked();
/** The ids of the messages that a webhook has accepted. */
const received: string[] = [];
/** Those of the messages that it did not answer, as long as it is silent. */
const unanswered: string[] = [];
let isSilent = false;
let receiver: Server;
let system: System;
beforeAll(async () => {
  receiver = createServer((request, response) => {
    (isSilent ? unanswered : received).push(String(request.headers['webhook-id']));
    if (!isSilent) request.resume().once('end', () => response.writeHead(204).end());
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  system = await startSystem({
    env: { LOG_LEVEL: 'fatal', WEBHOOKS_NETWORKS: '127.0.0.0/8' },
    replicas: { loans: 2, webhooks: 1 },
    mainOf: parked.mainOf,
  });
});
afterAll(async () => {
  await system?.stop();
  receiver?.close();
});

it(
  'without loans the other services continue, and what it missed reaches it afterwards',
  async () => {
    const { api, world } = system;
    const { id } = await world.customer('1000');
    const loan = expectStatus(await world.loan(id, '100'), 201);
    const { token: known } = await world.payment(id, '10');
    // Customers has followed the loan, too.
    expect((await world.balance(id, known)).body.total_debt).toBe('90.00');
    let paid: string | null = null;
    let patched: string | null = null;
    await parked.during(system, ['loans'], async () => {
      const read = await api.raw({ method: 'GET', path: `/api/loans/${loan.id}` });
      const { code } = (await read.body.json()) as Problem;
      expect([read.statusCode, code]).toEqual([503, 'unavailable']);
      expect(read.headers['retry-after']).toMatch(/^\d+$/);
      const tooMuch = { external_id: nameOf('payment'), customer_id: id, total_amount: '100' };
      expect((await api.call('makePayment', { body: tooMuch })).status).toBe(503);

      const payment = await world.payment(id, '20');
      expectStatus(payment, 201);
      paid = payment.token;
      expect((await world.balance(id, paid)).body.total_debt).toBe('70.00');
      const other = await world.customer('1');
      expect((await world.balance(other.id)).body.score).toBe('1.00');
      const change = { params: { customer_id: id }, body: { score: '75' } };
      const changed = await api.insist<CustomerBody>('changeCustomer', change);
      expect([changed.status, changed.body.score]).toEqual([202, '75.00']);
      patched = changed.token;
    });
    const { body: after } = await api.insist<LoanBody>('getLoan', { params: { loan_id: loan.id }, token: paid });
    expect(after.outstanding).toBe('70.00');
    const more = { external_id: nameOf('loan'), customer_id: id, ...TERMS };
    expect((await api.insist<Problem>('takeLoan', { body: more, token: patched })).body.code).toBe(
      'credit_limit_exceeded',
    );
  },
  TIMEOUT_MS,
);

it(
  'without webhooks only its own operations are refused, and no message is missed afterwards',
  async () => {
    const { api, world } = system;
    const { port } = receiver.address() as AddressInfo;
    expectStatus(await api.insist('createWebhook', { body: { url: `http://127.0.0.1:${port}/` } }), 201);
    const messages: string[] = [];
    const borrow = async () => {
      const { id } = await world.customer('1000');
      expectStatus(await world.loan(id, '100'), 201);
      expectStatus(await world.payment(id, '100'), 201);
      messages.push(`customers-${id}-1`, `loans-${id}-1`, `loans-${id}-2`, `payments-${id}-1`);
    };
    // A message is on its way when the process is killed, and so the customer's lane is claimed.
    isSilent = true;
    await borrow();
    await waitFor(async () => unanswered.includes(messages[0] as string));
    await parked.during(system, ['webhooks'], async () => {
      isSilent = false;
      expect((await api.call('listWebhooks')).status).toBe(503);
      await borrow();
    });
    await borrow();
    await waitFor(async () => messages.every((message) => received.includes(message)));
  },
  TIMEOUT_MS,
);
