import { send, tally } from '@mo/messaging/testing';
import {
  customerData,
  getLoan,
  type LoanOrProblem,
  type LoansUnderTest,
  newLoan,
  pay,
  postLoan,
  register,
  startLoans,
} from './harness.ts';

describe('taking a loan', () => {
  let loans: LoansUnderTest;
  beforeAll(async () => {
    loans = await startLoans();
  });
  afterAll(() => loans.stop());

  const act = (id: number, action: 'activate' | 'reject', body?: object, headers = {}) =>
    send<LoanOrProblem>(loans.app, 'POST', `/api/loans/${id}/${action}`, body, headers);

  it('grants a loan to an unknown customer after a pull', async () => {
    const id = register(loans.customers);
    const reply = await postLoan(loans.app, newLoan(id));
    expect(reply).toMatchObject({
      status: 201,
      body: {
        customer_id: id,
        amount: '400.00',
        outstanding: '400.00',
        status: 'active',
        customer_external_id: `customer-${id}`,
      },
    });
    expect(reply.headers['consistency-token']).toBe(`1.${id}.1.1.0`);
  });

  it("accepts the customer's external_id instead of the id, or both if they agree", async () => {
    const id = register(loans.customers);
    const byName = await postLoan(
      loans.app,
      newLoan(id, { customer_id: undefined, customer_external_id: `customer-${id}`, amount: '1' }),
    );
    expect(byName).toMatchObject({ status: 201, body: { customer_id: id } });
    const both = await postLoan(loans.app, newLoan(id, { customer_external_id: `customer-${id}`, amount: '1' }));
    expect(both.status).toBe(201);
    const other = register(loans.customers);
    const contradiction = await postLoan(loans.app, newLoan(id, { customer_external_id: `customer-${other}` }));
    expect(contradiction).toMatchObject({
      status: 400,
      body: { detail: 'customer_external_id must name the same customer as customer_id' },
    });
  });

  it('refuses an unknown customer, an inactive one, and an amount above the credit line', async () => {
    expect(await postLoan(loans.app, newLoan(999_999))).toMatchObject({
      status: 422,
      body: {
        code: 'customer_not_found',
        detail: 'customer 999999 does not exist',
        errors: [{ pointer: '/customer_id', in: 'body' }],
      },
    });
    const inactive = register(loans.customers, { status: 'inactive' });
    expect(await postLoan(loans.app, newLoan(inactive))).toMatchObject({
      status: 422,
      body: { code: 'customer_inactive' },
    });
    const id = register(loans.customers);
    await postLoan(loans.app, newLoan(id));
    const refused = await postLoan(loans.app, newLoan(id, { amount: '600.01' }));
    expect(refused).toMatchObject({ status: 422, body: { code: 'credit_limit_exceeded', available_amount: '600.00' } });
  });

  it('leaves the external_id of a refused loan free', async () => {
    const id = register(loans.customers);
    const loan = newLoan(id, { amount: '1000.01' });
    expect((await postLoan(loans.app, loan)).status).toBe(422);
    expect((await postLoan(loans.app, { ...loan, amount: '1000.00' })).status).toBe(201);
  });

  it('never refuses on stale data: it first pulls a raised score and a missing payment', async () => {
    const id = register(loans.customers);
    const first = await postLoan(loans.app, newLoan(id, { amount: '1000' }));
    pay(loans.payments, first.body, '1000.00');
    const again = await postLoan(loans.app, newLoan(id, { amount: '1000' }));
    expect(again.status).toBe(201);
    loans.customers.append('CustomerUpdated', { ...customerData(id), score: '1500.00' });
    expect((await postLoan(loans.app, newLoan(id, { amount: '500' }))).status).toBe(201);
    expect((await postLoan(loans.app, newLoan(id, { amount: '0.01' }))).status).toBe(422);
  });

  it("answers 503 and takes nothing if a refusal can't be confirmed", async () => {
    const id = register(loans.customers);
    await postLoan(loans.app, newLoan(id, { amount: '1000' }));
    loans.payments.reachable = false;
    const loan = newLoan(id);
    const reply = await postLoan(loans.app, loan, { 'idempotency-key': 'unconfirmed' });
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '1' } });
    loans.payments.reachable = true;
    expect((await postLoan(loans.app, loan, { 'idempotency-key': 'unconfirmed' })).body.code).toBe(
      'credit_limit_exceeded',
    );
  });

  it('grants exactly those of fifty concurrent loans that fit the credit line', async () => {
    const id = register(loans.customers);
    const replies = await Promise.all(Array.from({ length: 50 }, () => postLoan(loans.app, newLoan(id))));
    expect(tally(replies)).toEqual(['201 × 2', 'credit_limit_exceeded × 48'].sort());
  });

  it('creates one of twenty concurrent loans with the same external_id, also in two processes', async () => {
    const id = register(loans.customers, { score: '100000.00' });
    const replica = await loans.startReplica();
    const loan = newLoan(id, { amount: '1' });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => postLoan(n % 2 === 0 ? loans.app : replica, loan)),
    );
    expect(tally(replies)).toEqual(['201 × 1', 'already_exists × 19'].sort());
  });

  it('has one effect and one answer for twenty concurrent requests with one key, also in two processes', async () => {
    const id = register(loans.customers, { score: '100000.00' });
    const replica = await loans.startReplica();
    const loan = newLoan(id, { amount: '1' });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        postLoan(n % 2 === 0 ? loans.app : replica, loan, { 'idempotency-key': 'twenty' }),
      ),
    );
    expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
    expect(replies.filter((reply) => reply.headers['idempotency-replayed'] === 'true')).toHaveLength(19);
  });

  it('stores a refusal under its key, and checks the key before anything else', async () => {
    const id = register(loans.customers);
    const loan = newLoan(id, { amount: '1000.01' });
    const refused = await postLoan(loans.app, loan, { 'idempotency-key': 'kept' });
    loans.customers.append('CustomerUpdated', { ...customerData(id), score: '5000.00' });
    const replayed = await postLoan(loans.app, loan, { 'idempotency-key': 'kept' });
    expect(replayed).toMatchObject({ status: 422, text: refused.text, headers: { 'idempotency-replayed': 'true' } });
    for (const other of [{ ...loan, amount: '1' }, { nonsense: true }]) {
      const reused = await postLoan(loans.app, other, { 'idempotency-key': 'kept' });
      expect(reused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
  });

  it('checks the fields before the external_id, and the external_id before the customer', async () => {
    const id = register(loans.customers);
    const loan = newLoan(id);
    await postLoan(loans.app, loan);
    expect((await postLoan(loans.app, { ...loan, taken_at: '2999-01-01T00:00:00Z' })).body.code).toBe(
      'invalid_request',
    );
    expect((await postLoan(loans.app, { ...loan, customer_id: 999_999 })).body.code).toBe('already_exists');
  });

  it.each([
    [{ external_id: ' ' }, '/external_id'],
    [{ external_id: 'x'.repeat(61) }, '/external_id'],
    [{ amount: '0' }, '/amount'],
    [{ amount: '-1' }, '/amount'],
    [{ amount: 1e-7 }, '/amount'],
    [{ amount: '1e2' }, '/amount'],
    [{ amount: 1.005 }, '/amount'],
    [{ amount: '12345678901' }, '/amount'],
    [{ maximum_payment_date: undefined }, '/maximum_payment_date'],
    [{ maximum_payment_date: '2030-02-30T00:00:00Z' }, '/maximum_payment_date'],
    [{ taken_at: '2999-01-01T00:00:00Z' }, '/taken_at'],
    [{ taken_at: '2020-01-01T00:00:00' }, '/taken_at'],
    [{ status: 'paid' }, '/status'],
    [{ status: 'rejected' }, '/status'],
    [{ outstanding: '1.00' }, '/outstanding'],
    [{ customer_id: undefined }, '/customer_id'],
  ])('names the invalid field of %j, and takes nothing', async (more, pointer) => {
    const id = register(loans.customers);
    const reply = await postLoan(loans.app, newLoan(id, more));
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'body', pointer })]);
    const all = await postLoan(loans.app, newLoan(id, { amount: '1000' }));
    expect(all.status).toBe(201);
  });

  it.each(['activate', 'reject'] as const)('%s refuses a body with members', async (action) => {
    const pending = await postLoan(loans.app, newLoan(register(loans.customers), { status: 'pending' }));
    const refused = await act(pending.body.id, action, { status: 'active' });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ in: 'body', pointer: '/status' }] } });
    expect((await getLoan(loans.app, pending.body.id)).body.status).toBe('pending');
  });

  it('answers a backdated loan after payments has applied it', async () => {
    const id = register(loans.customers);
    await postLoan(loans.app, newLoan(id));
    expect(loans.payments.settlements).toEqual([]);
    await postLoan(loans.app, newLoan(id, { taken_at: '2020-01-01T00:00:00Z' }));
    expect(loans.payments.settlements).toEqual([{ customer_id: id, version: 2 }]);
  });

  it('activates and rejects only pending loans', async () => {
    const id = register(loans.customers);
    const pending = await postLoan(loans.app, newLoan(id, { status: 'pending' }));
    expect(pending.body).toMatchObject({ status: 'pending', taken_at: null, outstanding: '400.00' });
    expect((await postLoan(loans.app, newLoan(id, { amount: '600.01' }))).body.code).toBe('credit_limit_exceeded');
    const other = await postLoan(loans.app, newLoan(id, { status: 'pending' }));
    const activated = await act(pending.body.id, 'activate');
    expect(activated.body).toMatchObject({ status: 'active', taken_at: expect.any(String) as string });
    const rejected = await act(other.body.id, 'reject', {});
    expect(rejected.body).toMatchObject({ status: 'rejected', taken_at: null, outstanding: '400.00' });
    for (const action of ['activate', 'reject'] as const) {
      const again = await act(other.body.id, action);
      expect(again).toMatchObject({ status: 409, body: { code: 'loan_not_pending' } });
    }
    expect((await postLoan(loans.app, newLoan(id, { amount: '600' }))).status).toBe(201);
    expect((await act(999_999, 'activate')).status).toBe(404);
  });

  it('leaves a loan pending if its activation is refused', async () => {
    const id = register(loans.customers);
    const pending = await postLoan(loans.app, newLoan(id, { status: 'pending' }));
    loans.customers.append('CustomerUpdated', { ...customerData(id), score: '399.99' });
    const token = { 'consistency-token': `1.${id}.2.0.0` };
    const refused = await act(pending.body.id, 'activate', {}, token);
    expect(refused).toMatchObject({ status: 422, body: { code: 'credit_limit_exceeded' } });
    expect((await getLoan(loans.app, pending.body.id)).body.status).toBe('pending');
  });
});
