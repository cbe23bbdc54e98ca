import type { StreamEvent } from '@mo/contracts';
import type { Producer } from '@mo/messaging';
import { publish, send, waitFor } from '@mo/messaging/testing';
import {
  type BalanceOrProblem,
  type CustomersUnderTest,
  getBalance,
  loanTaken,
  paymentApplied,
  registered,
  startCustomers,
  statement,
} from './harness.ts';

describe('the balance, over Kafka', () => {
  let customers: CustomersUnderTest;
  let producer: Producer | undefined;
  beforeAll(async () => {
    customers = await startCustomers();
    const topics = ['loans', 'payments'].map((stream) => `${customers.topicPrefix}.${stream}`);
    await customers.kafka.ensureTopics(topics, 12);
    producer = await customers.kafka.producer();
  });
  afterAll(async () => {
    await producer?.close();
    await customers.stop();
  });

  const push = (...events: StreamEvent[]) => publish(producer as Producer, customers.topicPrefix, events);
  const debt = async (id: number) => (await getBalance(customers.app, id)).body.total_debt;

  it('follows loans and payments, and so does the available amount', async () => {
    const customer = await registered(customers.app);
    await push(
      customers.loans.append('LoanTaken', loanTaken(customer, { amount: '700.00' })),
      customers.payments.append('PaymentApplied', paymentApplied(customer), { customers: 1, loans: 1 }),
    );
    await waitFor(async () => (await debt(customer.id)) === '690.00');
    const reply = await getBalance(customers.app, customer.id);
    expect(reply.body).toMatchObject({ score: '1000.00', available_amount: '310.00' });
    expect(reply.headers['consistency-token']).toBe(`1.${customer.id}.1.1.1`);
  });

  it('counts a requested loan once, until it is rejected', async () => {
    const customer = await registered(customers.app);
    const kept = loanTaken(customer, { requested: true });
    const dropped = loanTaken(customer, { amount: '50.00' });
    const rejected = { ...dropped };
    await push(
      customers.loans.append('LoanRequested', { ...kept, taken_at: null }),
      customers.loans.append('LoanRequested', { ...dropped, taken_at: null }),
    );
    await waitFor(async () => (await debt(customer.id)) === '150.00');
    await push(customers.loans.append('LoanTaken', kept), customers.loans.append('LoanRejected', rejected));
    await waitFor(async () => (await debt(customer.id)) === '100.00');
  });

  it('never has an available amount below zero', async () => {
    const customer = await registered(customers.app, { score: '50' });
    await push(customers.loans.append('LoanTaken', loanTaken(customer)));
    await waitFor(async () => (await debt(customer.id)) === '100.00');
    expect((await getBalance(customers.app, customer.id)).body.available_amount).toBe('0.00');
  });

  it('counts each event once, however often and late Kafka delivers it', async () => {
    const customer = await registered(customers.app);
    const first = customers.loans.append('LoanTaken', loanTaken(customer));
    const second = customers.loans.append('LoanTaken', loanTaken(customer));
    const paid = customers.payments.append('PaymentApplied', paymentApplied(customer), { loans: 2 });
    await push(first, first, second, first, paid, second, paid);
    await waitFor(async () => (await debt(customer.id)) === '190.00');
    const third = customers.loans.append('LoanTaken', loanTaken(customer));
    const paidMore = customers.payments.append('PaymentApplied', paymentApplied(customer), { loans: 3 });
    await push(paid, first, second, third, paid, paidMore);
    await waitFor(async () => (await debt(customer.id)) === '280.00');
    const url = `/api/customers/${customer.id}/statement`;
    const statementOf = await send<{ results: unknown[] }>(customers.app, 'GET', url);
    expect(statementOf.body.results).toHaveLength(5);
  });

  it('closes a gap by a pull, and applies a payment that arrived before its loan', async () => {
    const customer = await registered(customers.app);
    const events: StreamEvent[] = [];
    for (let n = 0; n < 4; n += 1) events.push(customers.loans.append('LoanTaken', loanTaken(customer)));
    const paid = customers.payments.append('PaymentApplied', paymentApplied(customer), { loans: 4 });
    await push(paid, events[3] as StreamEvent);
    await waitFor(async () => (await debt(customer.id)) === '390.00');
    await push(...events, customers.loans.append('LoanTaken', loanTaken(customer)));
    await waitFor(async () => (await debt(customer.id)) === '490.00');
  });

  it('never contains an effect without its cause', async () => {
    const customer = await registered(customers.app);
    customers.loans.append('LoanTaken', loanTaken(customer));
    customers.loans.reachable = false;
    await push(customers.payments.append('PaymentApplied', paymentApplied(customer), { loans: 1 }));
    const behind = `SELECT 1 FROM balances WHERE customer_id = ${customer.id} AND loans_behind = 1 AND payments_behind = 1`;
    await waitFor(async () => (await statement(customers, behind)).length > 0);
    expect(await debt(customer.id)).toBe('0.00');
    customers.loans.reachable = true;
    await waitFor(async () => (await debt(customer.id)) === '90.00');
  });

  it('catches up with a token by a pull', async () => {
    const customer = await registered(customers.app);
    customers.loans.append('LoanTaken', loanTaken(customer));
    customers.payments.append('PaymentApplied', paymentApplied(customer), { loans: 1 });
    const reply = await getBalance(customers.app, customer.id, { 'consistency-token': `1.${customer.id}.1.1.1` });
    expect(reply).toMatchObject({ status: 200, body: { total_debt: '90.00' } });
  });

  it('neither loses the events of unregistered customers nor lets them fail others', async () => {
    const stranger = { ...(await registered(customers.app)), id: 5_000_000 };
    const customer = await registered(customers.app);
    const token = { 'consistency-token': `1.${stranger.id}.0.1.0` };
    customers.loans.append('LoanTaken', loanTaken(stranger));
    const [refused, fine] = await Promise.all([
      send<BalanceOrProblem>(customers.app, 'GET', `/api/customers/${stranger.id}/balance`, undefined, token),
      registered(customers.app),
    ]);
    expect(refused.status).toBe(503);
    expect(fine.id).toBeGreaterThan(customer.id);
  });

  it('sends the heads of its stream, with times on request', async () => {
    const { id } = await registered(customers.app);
    const headsOf = async (more: string) => {
      const path = `/internal/streams/customers/heads?after=${id - 1}${more}`;
      return (await send<{ heads: number[][] }>(customers.app, 'GET', path)).body.heads;
    };
    expect(await headsOf('')).toEqual([[id, 1]]);
    expect(await headsOf('&times=true')).toEqual([[id, 1, expect.any(Number)]]);
  });

  it('publishes registrations and changes in order', async () => {
    const customer = await registered(customers.app);
    await send(customers.app, 'PATCH', `/api/customers/${customer.id}`, { status: 'inactive' });
    const page = await send<{ pages: { head: number; events: StreamEvent[] }[] }>(
      customers.app,
      'GET',
      `/internal/streams/customers?external_id=${customer.external_id}`,
    );
    expect(page.body.pages[0]).toMatchObject({
      customer_id: customer.id,
      head: 2,
      events: [
        { type: 'CustomerRegistered', version: 1, seen: {}, data: { status: 'active', score: '1000.00' } },
        { type: 'CustomerUpdated', version: 2, seen: {}, data: { status: 'inactive', score: '1000.00' } },
      ],
    });
  });
});
