/** Writes under an Idempotency-Key, on a real database: they take effect once, and their answers are given again. */
import { HEADERS, type Problem, type ReplayedBody, type WebhookBody } from '@mo/contracts';
import { type Database, run, sqlOf } from '@mo/database';
import { KEY_LIFETIME_MS } from '@mo/messaging';
import { type Reply, send, tally } from '@mo/messaging/testing';
import { systemClock } from '@mo/service-kit';
import { StoredAnswers } from '../src/webhooks/stored-answers.ts';
import { WEBHOOKS_MAX } from '../src/webhooks/webhook-table.ts';
import { createWebhook, openBeside, startUnderTest, type UnderTest } from './support.ts';

const HOOK = { url: 'https://receiver.example/hook' };

let under: UnderTest;
let database: Database;
beforeAll(async () => {
  under = await startUnderTest();
  database = await openBeside(under.databaseUrl);
});
afterAll(async () => {
  await under?.stop();
  await database?.close();
});

type Body = Omit<WebhookBody, 'status'> & Problem;
const write = (key: string, path: string, body?: object, caller = 'ada', method: 'POST' | 'PATCH' = 'POST') =>
  send<Body>(under.app, method, `/api/webhooks${path}`, body, {
    [HEADERS.idempotencyKey]: key,
    [HEADERS.caller]: caller,
  });
const query = <Row>(text: string, parameters: unknown[] = []) => run<Row>(sqlOf(database), text, parameters);
const isReplayed = ({ headers }: Reply<unknown>): boolean => headers[HEADERS.idempotencyReplayed] === 'true';
const countOf = async (table: string) => (await query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n;

it('a repeated request gets the same answer, with the same secret, and creates no second webhook', async () => {
  const made = await write('create', '', HOOK);
  expect([made.status, isReplayed(made)]).toEqual([201, false]);
  const before = await countOf('webhooks');
  const again = await write('create', '', { ...HOOK });
  expect([again.status, again.text, isReplayed(again)]).toEqual([201, made.text, true]);
  expect(await countOf('webhooks')).toBe(before);
});

it('another body under the same key is refused, even an invalid one, and the webhook stays unchanged', async () => {
  const made = await write('reused', '', HOOK);
  const before = await countOf('webhooks');
  const others = [{ url: 'https://other.example' }, { url: 'https://10.0.0.1/' }, { url: 1 }];
  const replies = await Promise.all(others.map((body) => write('reused', '', body)));
  const headers = { [HEADERS.idempotencyKey]: 'reused', [HEADERS.caller]: 'ada', 'content-type': 'application/json' };
  const unread = await under.app.server.inject({ method: 'POST', url: '/api/webhooks', headers, payload: '{' });
  expect([...replies.map(({ body }) => body.code), unread.json().code]).toEqual(
    Array.from({ length: 4 }, () => 'idempotency_key_reused'),
  );
  expect(await countOf('webhooks')).toBe(before);
  expect((await write('reused', '', HOOK)).text).toBe(made.text);
});

it('a key belongs to its caller, method and path', async () => {
  const made = await write('mine', '', HOOK);
  const path = `/${made.body.id}`;
  const others = [
    await write('mine', '', HOOK, 'bob'),
    await write('mine', path, { description: 'x' }, 'ada', 'PATCH'),
    await write('mine', `${path}/rotate-secret`, {}),
    await write('mine', `${path}/remove`),
  ];
  expect(others.map((other) => [other.status, isReplayed(other)])).toEqual([
    [201, false],
    [200, false],
    [200, false],
    [200, false],
  ]);
  expect(others[0]?.body.id).not.toBe(made.body.id);
});

it.each<[string, string, object | undefined, 'POST' | 'PATCH']>([
  ['a change', '', { description: 'changed' }, 'PATCH'],
  ['a new secret', '/rotate-secret', {}, 'POST'],
  ['a removal', '/remove', undefined, 'POST'],
])('%s happens once, whoever changes the webhook meanwhile', async (_what, path, body, method) => {
  const { id } = await createWebhook(database);
  const rowOf = () => query(`SELECT updated_at, secret, old_secret FROM webhooks WHERE id = ${id}`);
  const first = await write('once', `/${id}${path}`, body, 'ada', method);
  expect([first.status, isReplayed(first)]).toEqual([200, false]);
  await query(`UPDATE webhooks SET status = 2 WHERE id = ${id}`);
  const row = await rowOf();
  const again = await write('once', `/${id}${path}`, body, 'ada', method);
  expect([again.status, again.text, isReplayed(again)]).toEqual([200, first.text, true]);
  expect(await rowOf()).toEqual(row);
});

it('a replay repeated with its key sends its messages once', async () => {
  const { id } = await createWebhook(database);
  await query(
    `INSERT INTO events (customer_id, stream, version, type, time, data) VALUES (1, 'loans', 1, 'LoanPaid', now(), '{}')`,
  );
  const replay = () => write('replay', `/${id}/replay`, { from: '2026-01-01T00:00:00Z' });
  const replies = [await replay(), await replay()];
  expect(replies.map(({ body }) => body as unknown)).toEqual(
    [1, 2].map((): ReplayedBody => ({ deliveries: 1, next_from: null })),
  );
  expect(await query(`SELECT 1 FROM deliveries WHERE webhook_id = ${id}`)).toHaveLength(1);
});

it('concurrent requests at several processes have one effect and one answer', async () => {
  const apps = [under.app, await under.startReplica()];
  const before = (await countOf('webhooks')) ?? 0;
  const headers = { [HEADERS.idempotencyKey]: 'raced' };
  const racing = Array.from({ length: 8 }, (_, n) =>
    send<Body>(apps[n % 2] as typeof under.app, 'POST', '/api/webhooks', HOOK, headers),
  );
  const replies = await Promise.all(racing);
  expect(tally(replies)).toEqual(['201 × 8']);
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(replies.filter((reply) => !isReplayed(reply))).toHaveLength(1);
  expect(await countOf('webhooks')).toBe(before + 1);
});

it('a request whose answer was not stored is decided again', async () => {
  const { id } = await createWebhook(database);
  const change = () => write('early', `/${id}`, { description: 'x' }, 'ada', 'PATCH');
  await query(`UPDATE webhooks SET status = 3 WHERE id = ${id}`);
  expect((await change()).status).toBe(404);
  await query(`UPDATE webhooks SET status = 1 WHERE id = ${id}`);
  expect((await change()).status).toBe(200);
  expect((await write('unfit', '', { url: 'https://10.0.0.1/' })).status).toBe(400);
  expect((await write('unfit', '', HOOK)).status).toBe(201);
});

it('a refusal for too many webhooks is repeated, even if there is room by then', async () => {
  await query('UPDATE webhooks SET status = 3');
  for (let made = 0; made < WEBHOOKS_MAX; made += 1) await createWebhook(database);
  const refused = await write('full', '', HOOK);
  expect([refused.status, refused.body.code]).toEqual([409, 'too_many_webhooks']);
  await query('UPDATE webhooks SET status = 3');
  const again = await write('full', '', HOOK);
  expect([again.status, again.text, isReplayed(again)]).toEqual([409, refused.text, true]);
  expect((await write('room', '', HOOK)).status).toBe(201);
});

it('a key is valid for its lifetime, after which its answer is deleted', async () => {
  const made = await write('old', '', HOOK);
  const answers = new StoredAnswers(database, systemClock);
  await query(`UPDATE answers SET created_at = created_at - make_interval(secs => $1)`, [KEY_LIFETIME_MS / 1_000]);
  const again = await write('old', '', HOOK);
  expect([again.status, isReplayed(again), again.body.id === made.body.id]).toEqual([201, false, false]);
  while (await answers.forget());
  expect(await countOf('answers')).toBe(1);
});
