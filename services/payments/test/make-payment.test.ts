import type { PaymentBody } from '@mo/contracts';
import { publish, send, tally, waitFor } from '@mo/messaging/testing';
import { lend, newPayment, type PaymentsUnderTest, postPayment, register, startPayments } from './harness.ts';

type Page = { results: PaymentBody[]; next_cursor: string | null; errors?: unknown };

describe('making a payment', () => {
  let payments: PaymentsUnderTest;
  beforeAll(async () => {
    payments = await startPayments();
  });
  afterAll(() => payments.stop());

  it('is spread over unknown loans after a pull, oldest first', async () => {
    const id = register(payments.customers);
    const younger = lend(payments.loans, id, '100.00', '2026-02-01T00:00:00.000Z');
    const older = lend(payments.loans, id, '50.00', '2026-01-01T00:00:00.000Z');
    const reply = await postPayment(payments.app, newPayment(id, '120'));
    expect(reply).toMatchObject({
      status: 201,
      body: {
        total_amount: '120.00',
        status: 'completed',
        rejection_reason: null,
        details: [
          { loan_id: (older.data as { loan_id: number }).loan_id, amount: '50.00' },
          {
            loan_id: (younger.data as { loan_id: number }).loan_id,
            loan_external_id: (younger.data as { external_id: string }).external_id,
            amount: '70.00',
          },
        ],
      },
    });
    expect(reply.headers['consistency-token']).toBe(`1.${id}.1.2.1`);
    const read = await send<PaymentBody>(payments.app, 'GET', `/api/payments/${reply.body.id}`);
    expect(read.body).toEqual(reply.body);
  });

  it('is spread over many loans, oldest first, together with others in the same batch', async () => {
    const id = register(payments.customers);
    const loans = Array.from({ length: 40 }, (_, n) => {
      const { data } = lend(payments.loans, id, '1.00', new Date(Date.UTC(2026, 0, 60 - n)).toISOString());
      return (data as { loan_id: number }).loan_id;
    });
    await postPayment(payments.app, newPayment(id, '0.50'));
    const replies = await Promise.all(
      ['20', '0.25', '18.75'].map((amount) => postPayment(payments.app, newPayment(id, amount))),
    );
    expect(replies.map(({ body: { status } }) => status)).toEqual(['completed', 'completed', 'completed']);
    const paid = new Map<number, number>();
    const order: number[] = [];
    for (const { loan_id, amount } of replies.flatMap(({ body }) => body.details)) {
      if (!paid.has(loan_id)) order.push(loan_id);
      paid.set(loan_id, (paid.get(loan_id) ?? 0) + Number(amount));
    }
    expect(order).toEqual(loans.toReversed());
    expect([...paid.values()]).toEqual([0.5, ...Array.from({ length: 38 }, () => 1), 0.5]);
    const rest = await postPayment(payments.app, newPayment(id, '0.51'));
    expect(rest.body.rejection_reason).toBe('exceeds_debt');
    expect((await postPayment(payments.app, newPayment(id, '0.50'))).body.details).toHaveLength(1);
  });

  it('above the debt is recorded, changes nothing, and keeps its external_id', async () => {
    const id = register(payments.customers);
    lend(payments.loans, id, '100.00');
    const payment = newPayment(id, '100.01');
    const rejected = await postPayment(payments.app, payment);
    expect(rejected).toMatchObject({
      status: 201,
      body: { status: 'rejected', rejection_reason: 'exceeds_debt', details: [] },
    });
    expect(await postPayment(payments.app, { ...payment, total_amount: '1' })).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    expect((await postPayment(payments.app, newPayment(id, '100'))).body.status).toBe('completed');
    expect((await send<PaymentBody>(payments.app, 'GET', `/api/payments/${rejected.body.id}`)).body).toEqual(
      rejected.body,
    );
  });

  it("is not rejected on stale data: a loan that waits for its customer's events is applied first", async () => {
    const id = register(payments.customers);
    lend(payments.loans, id, '100.00');
    await postPayment(payments.app, newPayment(id, '100'));
    const update = {
      customer_id: id,
      customer_external_id: `customer-${id}`,
      status: 'active' as const,
      score: '9.00',
      preapproved_at: null,
    };
    payments.customers.append('CustomerUpdated', update);
    const loan = lend(payments.loans, id, '30.00');
    Object.assign(loan, { seen: { customers: 2, payments: 1 } });
    expect((await postPayment(payments.app, newPayment(id, '30'))).body.status).toBe('completed');
  });

  it("answers 503 instead of a rejection that can't be confirmed", async () => {
    const id = register(payments.customers);
    lend(payments.loans, id, '100.00');
    const payment = newPayment(id, '200');
    payments.loans.reachable = false;
    expect(await postPayment(payments.app, payment)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    payments.loans.reachable = true;
    expect((await postPayment(payments.app, payment)).body.status).toBe('rejected');
  });

  it('accepts payments of inactive customers, but not of unknown ones', async () => {
    const id = register(payments.customers, { status: 'inactive' });
    lend(payments.loans, id, '100.00');
    expect((await postPayment(payments.app, newPayment(id, '100'))).body.status).toBe('completed');
    expect(await postPayment(payments.app, newPayment(999_999, '1'))).toMatchObject({
      status: 422,
      body: {
        code: 'customer_not_found',
        detail: 'customer 999999 does not exist',
        errors: [{ pointer: '/customer_id', in: 'body' }],
      },
    });
    const nobody = newPayment(0, '1', { customer_id: undefined, customer_external_id: 'nobody' });
    expect(await postPayment(payments.app, nobody)).toMatchObject({
      status: 422,
      body: {
        code: 'customer_not_found',
        detail: 'customer "nobody" does not exist',
        errors: [{ pointer: '/customer_external_id', in: 'body' }],
      },
    });
  });

  it.each([
    [{ external_id: '' }, '/external_id'],
    [{ total_amount: '0.00' }, '/total_amount'],
    [{ total_amount: -5 }, '/total_amount'],
    [{ total_amount: '+5' }, '/total_amount'],
    [{ total_amount: '5.001' }, '/total_amount'],
    [{ total_amount: '5e0' }, '/total_amount'],
    [{ total_amount: 12_345_678_901 }, '/total_amount'],
    [{ paid_at: '2999-01-01T00:00:00Z' }, '/paid_at'],
    [{ paid_at: 'yesterday' }, '/paid_at'],
    [{ details: [] }, '/details'],
    [{ customer_id: undefined }, '/customer_id'],
  ])('names the invalid field of %j, and records nothing', async (more, pointer) => {
    const id = register(payments.customers);
    const reply = await postPayment(payments.app, newPayment(id, '5', more));
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'body', pointer })]);
    expect((await send<Page>(payments.app, 'GET', `/api/payments?customer_id=${id}`)).body.results).toEqual([]);
  });

  it('checks the fields before the external_id, and the external_id before the customer', async () => {
    const payment = newPayment(register(payments.customers), '1');
    await postPayment(payments.app, payment);
    const replies = [
      await postPayment(payments.app, { ...payment, paid_at: '2999-01-01T00:00:00Z' }),
      await postPayment(payments.app, { ...payment, customer_id: 999_999 }),
    ];
    expect(replies.map(({ body }) => body.code)).toEqual(['invalid_request', 'already_exists']);
  });

  it('applies two of fifty concurrent payments of 40 % of the debt, and rejects the others', async () => {
    const id = register(payments.customers);
    for (let n = 0; n < 10; n += 1) lend(payments.loans, id, '100.00');
    const replica = await payments.startReplica();
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) => postPayment(n % 2 ? payments.app : replica, newPayment(id, '400'))),
    );
    expect(tally(replies)).toEqual(['201 × 50']);
    const completed = replies.filter((reply) => reply.body.status === 'completed');
    expect(completed.map((reply) => reply.body.details.map((detail) => detail.amount))).toEqual([
      ['100.00', '100.00', '100.00', '100.00'],
      ['100.00', '100.00', '100.00', '100.00'],
    ]);
  });

  it('has one effect per external_id, and one answer per key, for twenty concurrent requests in two processes', async () => {
    const id = register(payments.customers);
    lend(payments.loans, id, '1000.00');
    const replica = await payments.startReplica();
    const twenty = (headers: Record<string, string>) => {
      const payment = newPayment(id, '1');
      return Promise.all(
        Array.from({ length: 20 }, (_, n) => postPayment(n % 2 ? payments.app : replica, payment, headers)),
      );
    };
    expect(tally(await twenty({}))).toEqual(['201 × 1', 'already_exists × 19'].sort());
    const answers = await twenty({ 'idempotency-key': 'twenty' });
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true')).toHaveLength(19);
    const left = await postPayment(payments.app, newPayment(id, '998'));
    expect(left.body.status).toBe('completed');
    expect((await postPayment(payments.app, newPayment(id, '0.01'))).body.status).toBe('rejected');
  });

  it('lists payments, newest first, with details and filters', async () => {
    const id = register(payments.customers);
    lend(payments.loans, id, '100.00');
    const first = (await postPayment(payments.app, newPayment(id, '10', { paid_at: '2020-01-01T00:00:00Z' }))).body;
    const second = (await postPayment(payments.app, newPayment(id, '500'))).body;
    const page = (url: string) => send<Page>(payments.app, 'GET', url);
    expect((await page(`/api/customers/${id}/payments`)).body.results).toEqual([second, first]);
    expect((await page(`/api/payments?customer_external_id=customer-${id}&status=rejected`)).body.results).toEqual([
      second,
    ]);
    expect((await page(`/api/payments?customer_id=${id}&paid_to=2020-01-01T00:00:00Z`)).body.results).toEqual([first]);
    const { next_cursor } = (await page(`/api/payments?customer_id=${id}&limit=1`)).body;
    expect((await page(`/api/payments?customer_id=${id}&limit=1&cursor=${next_cursor}`)).body.results).toEqual([first]);
    expect((await page(`/api/payments?customer_id=${id + 1}&customer_external_id=customer-${id}`)).body.errors).toEqual(
      [expect.objectContaining({ in: 'query', pointer: '/customer_external_id', code: 'contradiction' })],
    );
    const tokenOf = async (query: string) => (await page(`/api/payments?${query}`)).headers['consistency-token'];
    expect(await tokenOf(`customer_id=${id}`)).toBe(`1.${id}.1.1.2`);
    expect(await tokenOf(`customer_external_id=customer-${id}`)).toBe(`1.${id}.1.1.2`);
    expect(await tokenOf(`external_id=${first.external_id}`)).toBe(`1.${id}.1.1.2`);
    expect(await tokenOf('status=rejected')).toBeUndefined();
    expect((await page('/api/customers/999999/payments')).status).toBe(404);
    expect((await page('/api/payments/999999')).status).toBe(404);
    expect((await page('/api/payments/x')).body.errors).toEqual([
      expect.objectContaining({ in: 'path', pointer: '/payment_id' }),
    ]);
  });

  it('applies loans that Kafka pushes in any order, each once', async () => {
    const id = register(payments.customers);
    const [first, second, third] = ['10.00', '20.00', '40.00'].map((amount) => lend(payments.loans, id, amount));
    await payments.kafka.ensureTopics([`${payments.topicPrefix}.loans`], 12);
    const producer = await payments.kafka.producer();
    await publish(producer, payments.topicPrefix, [third!, first!, first!, second!, third!, second!]);
    await producer.close();
    await waitFor(async () => {
      const { headers } = await send(payments.app, 'GET', `/api/customers/${id}/payments`);
      return headers['consistency-token'] === `1.${id}.1.3.0`;
    });
    payments.loans.reachable = false;
    expect((await postPayment(payments.app, newPayment(id, '70'))).body.status).toBe('completed');
    payments.loans.reachable = true;
  });
});
