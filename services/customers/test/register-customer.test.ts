import { tally } from '@mo/messaging/testing';
import {
  type CustomersUnderTest,
  getBalance,
  getCustomer,
  newCustomer,
  postCustomer,
  startCustomers,
  statement,
} from './harness.ts';

describe('registering a customer', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  it('answers with the customer, which is active and has no debt', async () => {
    const request = newCustomer({ score: 1200.5 });
    const reply = await postCustomer(customers.app, request);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;
    expect(reply).toMatchObject({ status: 201, headers: { 'consistency-token': `1.${reply.body.id}.1.0.0` } });
    expect(reply.body).toEqual({
      id: reply.body.id,
      external_id: request.external_id,
      status: 'active',
      score: '1200.50',
      preapproved_at: null,
      created_at: time,
      updated_at: reply.body.created_at,
    });
    expect((await getCustomer(customers.app, reply.body.id)).body).toEqual(reply.body);
    expect((await getBalance(customers.app, reply.body.id)).body).toEqual({
      customer_id: reply.body.id,
      external_id: request.external_id,
      score: '1200.50',
      total_debt: '0.00',
      available_amount: '1200.50',
    });
  });

  it('stores the given values: a score of 0, a status, a time in UTC', async () => {
    const given = { score: '0', status: 'inactive', preapproved_at: '2026-02-03T04:05:06.789+02:00' };
    const reply = await postCustomer(customers.app, newCustomer(given));
    expect(reply.body).toMatchObject({
      score: '0.00',
      status: 'inactive',
      preapproved_at: '2026-02-03T02:05:06.789Z',
    });
  });

  it.each([
    [{ score: '1.001' }, '/score'],
    [{ score: '-1' }, '/score'],
    [{ score: undefined }, '/score'],
    [{ external_id: '' }, '/external_id'],
    [{ external_id: 'a b' }, '/external_id'],
    [{ status: 'gone' }, '/status'],
    [{ preapproved_at: 'yesterday' }, '/preapproved_at'],
    [{ colour: 'red' }, '/colour'],
  ])('names the invalid field of %j', async (more, pointer) => {
    const reply = await postCustomer(customers.app, newCustomer(more));
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'body', pointer })]);
  });

  it('refuses a taken external_id, and leaves its customer unchanged', async () => {
    const winner = await postCustomer(customers.app, newCustomer());
    const again = await postCustomer(customers.app, { external_id: winner.body.external_id, score: '1' });
    expect(again).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    expect(again.headers['consistency-token']).toBeUndefined();
    expect((await getCustomer(customers.app, winner.body.id)).body).toEqual(winner.body);
  });

  it('creates one of twenty concurrent customers with the same external_id, also in two processes', async () => {
    const replica = await customers.startReplica();
    const customer = newCustomer();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) => postCustomer(n % 2 === 0 ? customers.app : replica, customer)),
    );
    expect(tally(replies)).toEqual(['201 × 1', 'already_exists × 19'].sort());
  });

  it('has one effect and one answer for twenty concurrent requests with one key, also in two processes', async () => {
    const replica = await customers.startReplica();
    const customer = newCustomer();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        postCustomer(n % 2 === 0 ? customers.app : replica, customer, { 'idempotency-key': 'twenty' }),
      ),
    );
    expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
    expect(replies[0]?.status).toBe(201);
    expect(replies.filter((reply) => reply.headers['idempotency-replayed'] === 'true')).toHaveLength(19);
  });

  it('checks the key before the fields, and the fields before the external_id', async () => {
    const customer = newCustomer();
    await postCustomer(customers.app, customer, { 'idempotency-key': 'order' });
    for (const other of [{ ...customer, score: '1' }, { nonsense: true }]) {
      const reused = await postCustomer(customers.app, other, { 'idempotency-key': 'order' });
      expect(reused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
    const both = await postCustomer(customers.app, { ...customer, score: 'x' });
    expect(both).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('stores a 409 under its key, but not a 400', async () => {
    const customer = newCustomer();
    const broken = await postCustomer(customers.app, { ...customer, score: 'x' }, { 'idempotency-key': 'kept' });
    expect(broken.status).toBe(400);
    expect((await postCustomer(customers.app, customer, { 'idempotency-key': 'kept' })).status).toBe(201);
    const taken = await postCustomer(customers.app, customer, { 'idempotency-key': 'taken' });
    const again = await postCustomer(customers.app, customer, { 'idempotency-key': 'taken' });
    expect(again).toMatchObject({ status: 409, text: taken.text, headers: { 'idempotency-replayed': 'true' } });
  });

  it('keeps an answer for 24 hours', async () => {
    const customer = newCustomer();
    const post = () => postCustomer(customers.app, customer, { 'idempotency-key': 'day' });
    const age = (by: string) => statement(customers, `UPDATE answers SET created_at = created_at - interval '${by}'`);
    const first = await post();
    await age('23 hours 59 minutes');
    expect(await post()).toMatchObject({ text: first.text, headers: { 'idempotency-replayed': 'true' } });
    await age('1 minute');
    const late = await post();
    expect(late).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    expect(late.headers).not.toHaveProperty('idempotency-replayed');
  });
});
