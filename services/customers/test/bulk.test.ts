import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { send, waitFor } from '@mo/messaging/testing';
import { CHUNK_LINES_MAX } from '../src/bulk/limits.ts';
import {
  countOf,
  countsOf,
  csvOf,
  eventsOf,
  find,
  namesOf,
  openUpload,
  prefix,
  stagedLines,
  type UploadReply,
  upload,
} from './bulk-harness.ts';
import { type CustomersUnderTest, getBalance, getCustomer, registered, startCustomers, statement } from './harness.ts';

describe('a bulk upload', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  it('creates a customer per line, each like one that was registered separately', async () => {
    const name = prefix();
    const csv = `${name}-a,1200.5\r\n"${name}-b",0,inactive,2026-02-03T04:05:06+02:00\r\n`;
    const reply = await upload(customers.app, csv);
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(reply.body).toEqual({ received: 2, created: 2, failed: 0, errors: [], errors_truncated: false });
    const [first, second] = [await find(customers.app, `${name}-a`), await find(customers.app, `${name}-b`)];
    expect(first).toMatchObject({ score: '1200.50', status: 'active', preapproved_at: null });
    expect(second).toMatchObject({ score: '0.00', status: 'inactive', preapproved_at: '2026-02-03T02:05:06.000Z' });
    const { id } = first as { id: number };
    expect((await getCustomer(customers.app, id)).headers['consistency-token']).toBe(`1.${id}.1.0.0`);
    expect((await getBalance(customers.app, id)).body).toMatchObject({
      total_debt: '0.00',
      available_amount: '1200.50',
    });
    expect(await eventsOf(customers.app, `${name}-a`)).toEqual([
      {
        stream: 'customers',
        customer_id: id,
        version: 1,
        type: 'CustomerRegistered',
        data: {
          customer_id: id,
          customer_external_id: `${name}-a`,
          status: 'active',
          score: '1200.50',
          preapproved_at: null,
        },
        seen: {},
        time: first?.created_at,
        traceparent: null,
      },
    ]);
    await send(customers.app, 'PATCH', `/api/customers/${id}`, { score: '1' });
    expect(await eventsOf(customers.app, `${name}-a`)).toHaveLength(2);
  });

  it('assigns ids in line order, and publishes each customer with the trace of the upload', async () => {
    const names = namesOf(prefix(), 30).reverse();
    const traceparent = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
    await upload(customers.app, csvOf(names), { headers: { traceparent } });
    const ids = await Promise.all(names.map(async (name) => (await find(customers.app, name))?.id ?? 0));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(await eventsOf(customers.app, names[0] as string)).toMatchObject([{ traceparent }]);
    const seen = new Set<string | null>();
    const topic = `${customers.topicPrefix}.customers`;
    await customers.kafka.ensureTopics([topic], 12);
    const subscription = await customers.kafka.subscribe(`${customers.topicPrefix}.test`, [topic], async (messages) => {
      for (const { key, headers } of messages) if (headers.ce_traceparent === traceparent) seen.add(key);
    });
    await waitFor(() => seen.size === 30);
    await subscription.close();
  });

  it('reports invalid and duplicate lines, and creates the others', async () => {
    const name = prefix();
    const known = await registered(customers.app);
    const csv = [
      'external_id,score,status',
      `${name}-a,1`,
      `${known.external_id},1`,
      `${name}-b,1.234`,
      '',
      `${name}-a,2`,
      `"${name}-c,1`,
      `${name}-d,1e2,asleep`,
      `${name}-e,1`,
    ].join('\n');
    const reply = await upload(customers.app, csv);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      received: 7,
      created: 2,
      failed: 5,
      errors_truncated: false,
      errors: [
        { line: 3, external_id: known.external_id, code: 'already_exists', detail: expect.any(String) as string },
        {
          line: 4,
          external_id: `${name}-b`,
          code: 'invalid_request',
          detail: 'score must not have more than two decimals',
        },
        { line: 6, external_id: `${name}-a`, code: 'already_exists', detail: expect.any(String) as string },
        {
          line: 7,
          external_id: null,
          code: 'invalid_request',
          detail: expect.stringContaining('is not CSV') as string,
        },
        {
          line: 8,
          external_id: `${name}-d`,
          code: 'invalid_request',
          detail: expect.stringMatching(/score must not have an exponent; status/) as string,
        },
      ],
    });
    expect(await find(customers.app, `${name}-a`)).toMatchObject({ score: '1.00' });
    expect(await getCustomer(customers.app, known.id)).toMatchObject({ body: known });
  });

  it.each([
    ['application/x-ndjson', '\n'],
    ['application/json', ','],
  ])('applies the rules for exact numbers and known members to %s', async (type, separator) => {
    const name = prefix();
    const lines = [
      `{"external_id":"${name}-a","score":1e2}`,
      `{"external_id":"${name}-b","score":100.005}`,
      `{"external_id":"${name}-c","score":1,"colour":"red"}`,
      '[1]',
      'nonsense',
      `{"external_id":"${name}-d","score":1.50}`,
    ];
    const text = lines.join(separator);
    const reply = await upload(customers.app, type === 'application/json' ? `[${text}]` : text, { type });
    expect(reply.body).toMatchObject({ received: 6, created: 1, failed: 5 });
    expect(reply.body.errors.map(({ line, external_id, detail }) => [line, external_id, detail])).toEqual([
      [1, `${name}-a`, 'score must not have an exponent'],
      [2, `${name}-b`, 'score must not have more than two decimals'],
      [3, `${name}-c`, 'colour is unknown'],
      [4, null, expect.any(String)],
      [5, null, expect.stringContaining('is not JSON')],
    ]);
    expect(await find(customers.app, `${name}-d`)).toMatchObject({ score: '1.50' });
  });

  it('lists the first thousand errors, and counts all of them', async () => {
    const names = namesOf(prefix(), 1_500);
    const reply = await upload(customers.app, csvOf(names, 'x'));
    expect(reply.body).toMatchObject({ received: 1_500, created: 0, failed: 1_500, errors_truncated: true });
    expect(reply.body.errors.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
  });

  it('creates each external_id once, whether by concurrent uploads or requests', async () => {
    const names = namesOf(prefix(), 300);
    const replies = await Promise.all([
      upload(customers.app, csvOf(names)),
      upload(customers.app, csvOf(names.toReversed())),
      upload(customers.app, csvOf(names.toReversed()), { query: '?atomic=true' }),
      ...names
        .slice(0, 40)
        .map((name) => send(customers.app, 'POST', '/api/customers', { external_id: name, score: '1' })),
    ]);
    const uploaded = (replies as UploadReply[]).slice(0, 3).reduce((sum, { body }) => sum + (body.created ?? 0), 0);
    const alone = replies.slice(3).filter(({ status }) => status === 201).length;
    expect(uploaded + alone).toBe(300);
    expect(await countOf(customers.app, names)).toBe(300);
    const ghosts = 'SELECT 1 FROM journal j WHERE NOT EXISTS (SELECT 1 FROM customers WHERE id = j.customer_id)';
    expect(await statement(customers, ghosts)).toEqual([]);
  });

  it('creates nothing for an empty file', async () => {
    for (const [type, body] of [
      ['text/csv', ''],
      ['application/x-ndjson', '\n'],
      ['application/json', '[]'],
    ] as const) {
      expect(countsOf(await upload(customers.app, body, { type }))).toEqual({
        status: 200,
        received: 0,
        created: 0,
        failed: 0,
      });
    }
  });

  it('does not affect other routes', async () => {
    const reply = await customers.app.server.inject({
      method: 'POST',
      url: '/api/customers',
      headers: { 'content-type': 'text/csv' },
      payload: 'a,1',
    });
    expect(reply.statusCode).toBe(415);
  });

  it.each([
    ['', async (name: string) => (await find(customers.app, name)) !== undefined],
    ['?atomic=true', async () => (await stagedLines(customers)) >= CHUNK_LINES_MAX],
  ])('keeps no transaction open while the client sends (%s)', async (query, isIn) => {
    const names = namesOf(prefix(), CHUNK_LINES_MAX + 1);
    const outgoing = await openUpload(customers.app, { query });
    const answered = once(outgoing, 'response');
    outgoing.write(csvOf(names.slice(0, -1)));
    await waitFor(() => isIn(names.at(-2) as string));
    const open = `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`;
    await waitFor(async () => (await statement(customers, open)).length === 0);
    outgoing.end(csvOf(names.slice(-1)));
    const [response] = (await answered) as [IncomingMessage];
    expect(JSON.parse(await text(response))).toMatchObject({ created: names.length, failed: 0 });
  });
});
