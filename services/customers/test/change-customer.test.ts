import {
  type CustomersUnderTest,
  getBalance,
  getCustomer,
  loanTaken,
  patchCustomer,
  registered,
  startCustomers,
  statement,
} from './harness.ts';

const HOUR_MS = 3_600_000;

describe('changing a customer', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());
  beforeEach(() => {
    customers.loans.settles = true;
    customers.loans.reachable = true;
    customers.loans.settlements.length = 0;
  });

  it('answers 200 once loans has applied the change', async () => {
    const customer = await registered(customers.app);
    const reply = await patchCustomer(customers.app, customer.id, { score: '5.00', status: 'inactive' });
    expect(reply).toMatchObject({
      status: 200,
      body: { ...customer, score: '5.00', status: 'inactive', updated_at: expect.any(String) as string },
      headers: { 'consistency-token': `1.${customer.id}.2.0.0` },
    });
    expect(customers.loans.settlements).toEqual([{ customer_id: customer.id, version: 2 }]);
    expect((await getCustomer(customers.app, customer.id)).body).toEqual(reply.body);
  });

  it.each([
    ['can not apply it', () => (customers.loans.settles = false)],
    ['can not be reached', () => (customers.loans.reachable = false)],
  ])('answers 202 if loans %s, and stores the change', async (_why, trouble) => {
    const customer = await registered(customers.app);
    trouble();
    const reply = await patchCustomer(customers.app, customer.id, { score: '5.00' });
    expect(reply).toMatchObject({ status: 202, body: { score: '5.00' } });
    expect((await getCustomer(customers.app, customer.id)).body.score).toBe('5.00');
  });

  it('writes no event if nothing changes, and answers 200 only after loans has the version', async () => {
    const customer = await registered(customers.app);
    const same = { score: '1000', status: 'active' };
    const reply = await patchCustomer(customers.app, customer.id, same);
    expect(reply).toMatchObject({ status: 200, body: customer });
    expect(reply.headers['consistency-token']).toBe(`1.${customer.id}.1.0.0`);
    expect(customers.loans.settlements).toEqual([{ customer_id: customer.id, version: 1 }]);
    customers.loans.settles = false;
    expect((await patchCustomer(customers.app, customer.id, same)).status).toBe(202);
  });

  it('repeats the first body for a key, but decides between 200 and 202 again', async () => {
    const customer = await registered(customers.app);
    const key = { 'idempotency-key': 'change' };
    customers.loans.settles = false;
    const first = await patchCustomer(customers.app, customer.id, { score: '7' }, key);
    expect(first.status).toBe(202);
    await patchCustomer(customers.app, customer.id, { score: '8' });
    customers.loans.settles = true;
    const again = await patchCustomer(customers.app, customer.id, { score: '7' }, key);
    expect(again).toMatchObject({ status: 200, text: first.text, headers: { 'idempotency-replayed': 'true' } });
    expect(customers.loans.settlements.at(-1)).toEqual({ customer_id: customer.id, version: 2 });
    expect((await getCustomer(customers.app, customer.id)).body.score).toBe('8.00');
  });

  it('answers 404 for an unregistered customer, and stores no answer', async () => {
    const key = { 'idempotency-key': 'early' };
    const missing = await patchCustomer(customers.app, 999_999, { score: '1' }, key);
    expect(missing).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await patchCustomer(customers.app, 999_999, { score: '1' }, key)).headers).not.toHaveProperty(
      'idempotency-replayed',
    );
    expect((await patchCustomer(customers.app, 0, { score: '1' })).status).toBe(400);
  });

  it.each([
    [{}, ''],
    [{ score: '1.234' }, '/score'],
    [{ status: 'asleep' }, '/status'],
    [{ score: '1', external_id: 'other' }, '/external_id'],
  ])('names the invalid field of %j', async (change, pointer) => {
    const { id } = await registered(customers.app);
    const reply = await patchCustomer(customers.app, id, change);
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'body', pointer })]);
  });

  it('applies each of twenty concurrent changes once', async () => {
    const { id } = await registered(customers.app);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => patchCustomer(customers.app, id, { score: String(2_000 + n) })),
    );
    const reply = await patchCustomer(customers.app, id, { score: '1' });
    expect(reply.headers['consistency-token']).toBe(`1.${id}.22.0.0`);
  });

  it('loses no change and no followed event of two concurrent processes', async () => {
    const replica = await customers.startReplica();
    const customer = await registered(customers.app);
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        customers.loans.append('LoanTaken', loanTaken(customer));
        const token = { 'consistency-token': `1.${customer.id}.0.${n + 1}.0` };
        const changed = await patchCustomer(customers.app, customer.id, { score: String(3_000 + n) });
        const followed = await getBalance(replica, customer.id, token);
        expect([changed.status, followed.status]).toEqual([200, 200]);
      }),
    );
    const reply = await getBalance(customers.app, customer.id);
    expect(reply.headers['consistency-token']).toBe(`1.${customer.id}.21.20.0`);
    expect(reply.body.total_debt).toBe('2000.00');
  });

  it('never goes back in time if the clock does', async () => {
    const created = await registered(customers.app);
    const ahead = new Date(Date.now() + HOUR_MS).toISOString();
    await statement(customers, `UPDATE balances SET last_time = '${ahead}' WHERE customer_id = ${created.id}`);
    const changed = (await patchCustomer(customers.app, created.id, { score: '3' })).body;
    expect(changed).toMatchObject({ created_at: created.created_at, updated_at: ahead });
  });
});
