import { CHUNK_LINES_MAX } from '../src/bulk/limits.ts';
import { countOf, csvOf, eventsOf, find, namesOf, prefix, stagedLines, upload } from './bulk-harness.ts';
import { type CustomersUnderTest, getBalance, registered, startCustomers } from './harness.ts';

describe('a bulk upload, all or nothing', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  const atomic = (csv: string, headers: Record<string, string> = {}) =>
    upload(customers.app, csv, { query: '?atomic=true', headers });

  it('creates all, in the order of the lines, with the same events as otherwise', async () => {
    const names = namesOf(prefix(), CHUNK_LINES_MAX + 5).reverse();
    const reply = await atomic(csvOf(names, '7.5,inactive,2026-02-03T04:05:06.070+02:00'));
    expect(reply).toMatchObject({ status: 200, body: { received: names.length, created: names.length, errors: [] } });
    const [first, second] = [
      await find(customers.app, names[0] as string),
      await find(customers.app, names[1] as string),
    ];
    expect((second?.id ?? 0) - (first?.id ?? 0)).toBe(1);
    const plain = `${prefix()}-plain`;
    await upload(customers.app, csvOf([plain], '7.5,inactive,2026-02-03T04:05:06.070+02:00'));
    const [theirs] = await eventsOf(customers.app, plain);
    const [ours] = await eventsOf(customers.app, names[0] as string);
    const own = { customer_id: first?.id, customer_external_id: names[0] };
    expect(ours).toEqual({
      ...theirs,
      customer_id: first?.id,
      time: first?.created_at,
      data: { ...theirs?.data, ...own },
    });
    expect((await getBalance(customers.app, first?.id ?? 0)).headers['consistency-token']).toBe(`1.${first?.id}.1.0.0`);
    expect(await stagedLines(customers)).toBe(0);
  });

  it.each([
    ['a bad line', (name: string) => `${name}-z,x\n`, 'invalid_request'],
    ['a line twice', (name: string) => `${name}-000001,1\n`, 'already_exists'],
  ])('creates nothing where there is %s, though it is the last', async (_what, lineOf, code) => {
    const name = prefix();
    const names = namesOf(name, CHUNK_LINES_MAX + 1);
    const reply = await atomic(`${csvOf(names)}${lineOf(name)}`);
    expect(reply).toMatchObject({
      status: 422,
      body: { code: 'bulk_failed', received: names.length + 1, created: 0, failed: 1, errors_truncated: false },
    });
    expect(reply.body.errors).toMatchObject([{ line: names.length + 1, code }]);
    expect(await countOf(customers.app, names.slice(0, 20))).toBe(0);
    expect(await stagedLines(customers)).toBe(0);
  });

  it('tells of every kind of error, by line', async () => {
    const name = prefix();
    const known = await registered(customers.app);
    const reply = await atomic(`${name},1\n${known.external_id},1\n${name},1\n${name}-b,x\n`);
    expect(reply.body).toMatchObject({ received: 4, created: 0, failed: 3 });
    expect(reply.body.errors.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '2 already_exists',
      '3 already_exists',
      '4 invalid_request',
    ]);
  });

  it('sent again with its key, counts as created what it has created', async () => {
    const names = namesOf(prefix(), 50);
    const key = { 'idempotency-key': 'atomic' };
    expect((await atomic(csvOf(names), key)).status).toBe(200);
    expect((await atomic(csvOf(names), key)).body).toMatchObject({ created: 50, failed: 0 });
    expect((await atomic(csvOf([...names, 'more-of-it']), key)).body).toMatchObject({ created: 51 });
    expect(await find(customers.app, 'more-of-it')).toBeDefined();
    expect((await atomic(csvOf(names), { 'idempotency-key': 'another' })).status).toBe(422);
    expect((await atomic(csvOf([...names, names[3] as string]), key)).body).toMatchObject({ failed: 1 });
  });
});
