import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { newCustomer } from '@mo/contracts';
import { databaseProblem, inTransaction, run, sqlState } from '@mo/database';
import { waitFor } from '@mo/messaging/testing';
import { StoreConflictError } from '@mo/service-kit';
import { CHUNK_LINES_MAX, MOVE_MS_MAX } from '../src/bulk/limits.ts';
import { beginStaging, discard, holdStaging, moveIn, stage, takenLines } from '../src/db/staging-table.ts';
import { countOf, csvOf, eventsOf, find, namesOf, openUpload, prefix, stagedLines, upload } from './bulk-harness.ts';
import {
  type CustomersUnderTest,
  getBalance,
  inDatabase,
  postCustomer,
  registered,
  startCustomers,
  statement,
} from './harness.ts';

const linesOf = (names: readonly string[]) =>
  names.map((name, place) => ({ line: place + 1, customer: newCustomer.parse({ external_id: name, score: '10' }) }));

describe('an atomic bulk upload', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  const atomic = (csv: string, headers: Record<string, string> = {}) =>
    upload(customers.app, csv, { query: '?atomic=true', headers });

  it('creates all customers in line order, with the same events as other uploads', async () => {
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
  ])('creates nothing if there is %s, even in the last line', async (_what, lineOf, code) => {
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

  it('reports every kind of error, by line', async () => {
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

  it('counts customers as created if it is repeated with its key', async () => {
    const names = namesOf(prefix(), 50);
    const key = { 'idempotency-key': 'atomic' };
    expect((await atomic(csvOf(names), key)).status).toBe(200);
    expect((await atomic(csvOf(names), key)).body).toMatchObject({ created: 50, failed: 0 });
    expect((await atomic(csvOf([...names, 'more-of-it']), key)).body).toMatchObject({ created: 51 });
    expect(await find(customers.app, 'more-of-it')).toBeDefined();
    expect((await atomic(csvOf(names), { 'idempotency-key': 'another' })).status).toBe(422);
    expect((await atomic(csvOf([...names, names[3] as string]), key)).body).toMatchObject({ failed: 1 });
  });

  it('creates nothing if an external_id is taken between its check and its move', async () => {
    const [mine = '', theirs = ''] = namesOf(prefix(), 2);
    const lines = linesOf([mine, theirs]);
    await inDatabase(customers, async (sql, database) => {
      const stagingId = await beginStaging(sql);
      await stage(sql, stagingId, lines);
      const moving = inTransaction(database, async (own) => {
        await holdStaging(own, stagingId, lines.length, MOVE_MS_MAX);
        expect(await takenLines(own, stagingId, null)).toEqual({ lines: [], total: 0 });
        await upload(customers.app, csvOf([theirs], '7'));
        await moveIn(own, stagingId, { nowMs: Date.now(), traceparent: null, attempt: null });
      });
      await expect(moving).rejects.toThrow(StoreConflictError);
      await discard(database, stagingId);
    });
    expect(await find(customers.app, theirs)).toMatchObject({ score: '7.00' });
    expect(await find(customers.app, mine)).toBeUndefined();
  });

  it('delays nobody during its move except registrations of the same external_ids', async () => {
    const [moved = '', ...others] = namesOf(prefix(), 4);
    const post = (name: string) => postCustomer(customers.app, { external_id: name, score: '1' });
    let waiting: ReturnType<typeof post> | undefined;
    await inDatabase(customers, async (sql, database) => {
      const stagingId = await beginStaging(sql);
      await stage(sql, stagingId, linesOf([moved]));
      await inTransaction(database, async (own) => {
        await holdStaging(own, stagingId, 1, MOVE_MS_MAX);
        await moveIn(own, stagingId, { nowMs: Date.now(), traceparent: null, attempt: null });
        const [last = '', ...neighbours] = others;
        waiting = post(moved);
        for (const reply of await Promise.all(neighbours.map(post))) expect(reply.status).toBe(201);
        expect((await post(last)).status).toBe(201);
      });
      await discard(database, stagingId);
    });
    expect(await waiting).toMatchObject({ status: 409, body: { code: 'already_exists' } });
  });

  /** Whether a move waits for a staging that a test has locked. */
  const isMoveHeld = async () => {
    const waiting =
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM stagings%'";
    return (await statement(customers, waiting)).length > 0;
  };

  it('moves one at a time, so that other uploads continue', async () => {
    const uploads = await Promise.all(
      [1, 2].map(async () => {
        const sent = await openUpload(customers.app, { query: '?atomic=true' });
        const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
        sent.write(csvOf(namesOf(prefix(), CHUNK_LINES_MAX)));
        return { sent, answered };
      }),
    );
    await waitFor(async () => (await stagedLines(customers)) === 2 * CHUNK_LINES_MAX);
    await inDatabase(customers, (_, database) =>
      inTransaction(database, async (sql) => {
        await run(sql, 'SET LOCAL idle_in_transaction_session_timeout = 0');
        await run(sql, 'SELECT 1 FROM stagings FOR UPDATE');
        for (const { sent } of uploads) sent.end();
        await waitFor(isMoveHeld);
        // Often enough that the other upload has ended, too.
        for (let turn = 0; turn < 20; turn += 1)
          expect(await upload(customers.app, csvOf([prefix()]))).toMatchObject({ status: 200, body: { created: 1 } });
      }),
    );
    for (const { answered } of uploads) {
      const [response] = await answered;
      expect([response.statusCode, JSON.parse(await text(response))]).toMatchObject([
        200,
        { created: CHUNK_LINES_MAX },
      ]);
    }
  });

  it('does not move in if its caller leaves while it waits for the move of another', async () => {
    const { server } = customers.app.server;
    const [name, left] = [prefix(), prefix()];
    const first = await openUpload(customers.app, { query: '?atomic=true' });
    const answered = once(first, 'response');
    first.write(csvOf(namesOf(name, CHUNK_LINES_MAX)));
    await waitFor(async () => (await stagedLines(customers)) === CHUNK_LINES_MAX);
    await inDatabase(customers, (_, database) =>
      inTransaction(database, async (sql) => {
        await run(sql, 'SET LOCAL idle_in_transaction_session_timeout = 0');
        await run(sql, 'SELECT 1 FROM stagings FOR UPDATE');
        first.end();
        await waitFor(isMoveHeld);
        const arrived = once(server, 'request') as Promise<[IncomingMessage]>;
        const second = await openUpload(customers.app, { query: '?atomic=true' });
        second.on('error', () => {});
        second.end(csvOf([left]));
        await waitFor(async () => (await stagedLines(customers)) > CHUNK_LINES_MAX);
        const [{ socket }] = await arrived;
        second.destroy();
        await waitFor(() => socket.destroyed);
      }),
    );
    await answered;
    await waitFor(async () => (await stagedLines(customers)) === 0);
    expect(await find(customers.app, left)).toBeUndefined();
  });

  it('says that another change blocks it, if one holds what it needs at each attempt', async () => {
    // As after each lock timeout, without the wait.
    await statement(
      customers,
      `CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'lock timeout' USING ERRCODE = 'lock_not_available'; END $$`,
    );
    await statement(
      customers,
      'CREATE TRIGGER busy BEFORE INSERT ON customers FOR EACH STATEMENT EXECUTE FUNCTION busy()',
    );
    const replies = [];
    for (const query of ['', '?atomic=true']) replies.push(await upload(customers.app, csvOf([prefix()]), { query }));
    await statement(customers, 'DROP TRIGGER busy ON customers');
    const blocked = { status: 503, body: { detail: 'another change blocks this one' } };
    expect(replies).toMatchObject([blocked, blocked]);
  });

  it('has one time limit for all of its statements together', async () => {
    await inDatabase(customers, async (sql, database) => {
      const stagingId = await beginStaging(sql);
      const moving = inTransaction(database, async (own) => {
        await holdStaging(own, stagingId, 0, 500);
        // Sent together, so that the session is busy when the limit passes.
        await Promise.all(Array.from({ length: 100 }, () => run(own, 'SELECT pg_sleep(0.1)')));
      });
      const error = await moving.catch((reason: unknown) => reason);
      expect(sqlState(error)).toBe('25P04');
      expect(databaseProblem(error)).toMatchObject({ status: 503 });
      await discard(database, stagingId);
    });
  });

  it('never reuses the staging id of an upload from before a crash', async () => {
    const [row] = await statement(customers, "SELECT relpersistence FROM pg_class WHERE relname = 'stagings_id_seq'");
    expect(row).toEqual({ relpersistence: 'p' });
  });
});
