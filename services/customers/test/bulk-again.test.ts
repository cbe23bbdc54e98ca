import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { waitFor } from '@mo/messaging/testing';
import { CHUNK_LINES_MAX, STAGING_STALE_MS } from '../src/bulk/limits.ts';
import { beginStaging, forgetStagings, stage } from '../src/db/staging-table.ts';
import { forgetUploads } from '../src/db/uploads-table.ts';
import { countOf, countsOf, csvOf, find, namesOf, openUpload, prefix, stagedLines, upload } from './bulk-harness.ts';
import { type CustomersUnderTest, inDatabase, startCustomers, statement } from './harness.ts';

describe('a bulk upload that is repeated', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  const cutOff = async (names: readonly string[], query: string, key: string, until: () => Promise<unknown>) => {
    const outgoing = await openUpload(customers.app, { query, headers: { 'idempotency-key': key } });
    outgoing.on('error', () => {});
    outgoing.write(csvOf(names));
    await waitFor(until);
    outgoing.destroy();
  };

  it('counts the chunks from before the interruption as created if it has the same key', async () => {
    const names = namesOf(prefix(), 2 * CHUNK_LINES_MAX + 10);
    const early = names.slice(0, 2 * CHUNK_LINES_MAX);
    await cutOff(names, '', 'cut', () => find(customers.app, early.at(-1) as string));
    expect(await find(customers.app, names.at(-1) as string)).toBeUndefined();
    const csv = csvOf([...names, names[0] as string]);
    const again = await upload(customers.app, csv, { headers: { 'idempotency-key': 'cut' } });
    expect(countsOf(again)).toEqual({ status: 200, received: names.length + 1, created: names.length, failed: 1 });
    expect(again.body.errors).toMatchObject([{ line: names.length + 1, code: 'already_exists' }]);
    const third = await upload(customers.app, csv, { headers: { 'idempotency-key': 'cut' } });
    expect(third.body).toEqual(again.body);
    const other = await upload(customers.app, csv, { headers: { 'idempotency-key': 'other' } });
    expect(countsOf(other)).toMatchObject({ created: 0, failed: names.length + 1 });
  });

  /** The lines that the metrics have counted so far. */
  const counted = async () => {
    const { body } = await customers.app.server.inject({ method: 'GET', url: '/metrics' });
    const of = (outcome: string) => Number(body.match(`mo_bulk_lines_total{outcome="${outcome}"[^}]*} (\\d+)`)?.[1]);
    return { created: of('created'), repeated: of('repeated'), failed: of('failed') };
  };

  it.each(['', '?atomic=true'])(
    'counts each customer once as created in metrics, with the query "%s"',
    async (query) => {
      const before = await counted();
      const name = prefix();
      const send = (names: readonly string[]) =>
        upload(customers.app, csvOf(names), { query, headers: { 'idempotency-key': name } });
      await send([`${name}-a`, `${name}-b`]);
      await send([`${name}-a`, `${name}-b`, `${name}-c`]);
      expect(await counted()).toEqual({ ...before, created: before.created + 3, repeated: before.repeated + 2 });
      await send([`${name}-c`, '']);
      const { created, repeated, failed } = await counted();
      expect(created).toBe(before.created + 3);
      expect([repeated, failed]).toEqual([before.repeated + (query === '' ? 3 : 2), before.failed + 1]);
    },
  );

  it('is counted in metrics chunk by chunk, including the chunks before an interruption', async () => {
    const before = await counted();
    const names = namesOf(prefix(), CHUNK_LINES_MAX - 1);
    await cutOff(['', ...names], '', 'counted', async () => (await counted()).failed > before.failed);
    expect(await counted()).toEqual({ ...before, created: before.created + names.length, failed: before.failed + 1 });
  });

  it('has created and left nothing if it was atomic', async () => {
    const names = namesOf(prefix(), CHUNK_LINES_MAX + 10);
    const outgoing = await openUpload(customers.app, { query: '?atomic=true' });
    outgoing.on('error', () => {});
    outgoing.write(csvOf(names));
    await waitFor(async () => (await stagedLines(customers)) >= CHUNK_LINES_MAX);
    outgoing.destroy();
    await waitFor(async () => (await stagedLines(customers)) === 0);
    expect(await countOf(customers.app, names.slice(0, 20))).toBe(0);
  });

  const keyed = (csv: string, key: string, caller = 'one') =>
    upload(customers.app, csv, { headers: { 'idempotency-key': key, 'x-mo-caller': caller } });

  it('counts its customers as created in each of several concurrent attempts', async () => {
    const names = namesOf(prefix(), CHUNK_LINES_MAX + 500);
    const replies = await Promise.all([1, 2, 3].map(() => keyed(csvOf(names), 'same')));
    expect(replies.map(({ body }) => body)).toEqual(
      Array.from({ length: 3 }, () => ({
        received: names.length,
        created: names.length,
        failed: 0,
        errors: [],
        errors_truncated: false,
      })),
    );
  });

  it('belongs to its caller, and is not compared with the body of the first attempt', async () => {
    const name = prefix();
    await keyed(csvOf([`${name}-a`]), 'mine');
    expect((await keyed(csvOf([`${name}-a`]), 'mine', 'two')).body).toMatchObject({ created: 0, failed: 1 });
    expect((await keyed(csvOf([`${name}-a`, `${name}-b`], '99'), 'mine')).body).toMatchObject({
      created: 2,
      failed: 0,
    });
    expect(await find(customers.app, `${name}-a`)).toMatchObject({ score: '10.00' });
  });

  it('is a new upload after 24 hours, but not before', async () => {
    const name = prefix();
    const age = (by: string) => statement(customers, `UPDATE uploads SET created_at = created_at - interval '${by}'`);
    await keyed(csvOf([name]), 'old');
    await age('23 hours 59 minutes');
    expect((await keyed(csvOf([name]), 'old')).body).toMatchObject({ created: 1 });
    await age('1 minute');
    expect((await keyed(csvOf([name]), 'old')).body).toMatchObject({ created: 0, failed: 1 });
  });

  it('is answered with 503 if the service stops in the meantime', async () => {
    const replica = await customers.startReplica();
    const outgoing = await openUpload(replica, { headers: { 'idempotency-key': 'stopped' } });
    outgoing.on('error', () => {});
    const answered = once(outgoing, 'response');
    const names = namesOf(prefix(), CHUNK_LINES_MAX);
    outgoing.write(csvOf(names));
    await waitFor(() => find(customers.app, names.at(-1) as string));
    const closed = replica.server.close();
    const [response] = (await answered) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers.connection]).toEqual([503, 'close']);
    await closed;
  });
});

describe('the rows that uploads leave in the database', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());
  const count = async (table: string) =>
    Number((await statement<{ count: string }>(customers, `SELECT count(*) FROM ${table}`))[0]?.count);

  it('are deleted after 24 hours if they belong to a key', async () => {
    const send = (key: string) =>
      upload(customers.app, csvOf([`kept-${key}`]), { headers: { 'idempotency-key': key } });
    await send('old');
    await statement(customers, `UPDATE uploads SET created_at = created_at - interval '24 hours'`);
    await send('new');
    const forget = () => inDatabase(customers, (sql) => forgetUploads(sql, Date.now()));
    expect([await forget(), await forget()]).toEqual([true, false]);
    expect([await count('uploads'), await count('upload_customers')]).toEqual([1, 1]);
    expect((await send('new')).body).toMatchObject({ created: 1 });
  });

  it('are deleted once no process can still work on the atomic upload', async () => {
    const [stale, fresh] = await inDatabase(customers, async (sql) => [
      await beginStaging(sql),
      await beginStaging(sql),
    ]);
    for (const id of [stale, fresh]) {
      const line = { external_id: 'staged', score: 1n, status: 'active', preapproved_at: null } as const;
      await inDatabase(customers, (sql) => stage(sql, id, [{ line: 1, customer: line }]));
    }
    const long = `touched_at - interval '${STAGING_STALE_MS} milliseconds'`;
    await statement(customers, `UPDATE stagings SET touched_at = ${long} WHERE id = ${stale}`);
    expect(await inDatabase(customers, forgetStagings)).toBe(true);
    expect(await inDatabase(customers, forgetStagings)).toBe(false);
    expect([await count('stagings'), await stagedLines(customers)]).toEqual([1, 1]);
  });
});
