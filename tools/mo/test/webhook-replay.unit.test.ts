/** `mo webhooks replay` as a process, with a gateway whose answers the test determines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MO = fileURLToPath(new URL('../bin/mo.js', import.meta.url));
const PART_EVENTS = 10_000;

interface Answer {
  readonly status: number;
  readonly body: object;
}
const part = (next_from: string | null): Answer => ({ status: 202, body: { deliveries: PART_EVENTS, next_from } });
const problem = (status: number, code: string): Answer => ({
  status,
  body: { type: `urn:${code}`, title: code, status, code, detail: 'as told', instance: 'urn:mo:request:r' },
});

const requests: unknown[] = [];
const keys: string[] = [];
/** The answer to the nth request, from 1. */
let answer: (times: number) => Answer | Promise<Answer>;
/** The answer to a question about the webhook. */
let webhook: Answer;
const active: Answer = { status: 200, body: { id: 7, status: 'active' } };
let url: string;
const server = createServer((request, response) => void serve(request, response));
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    const { status, body } = webhook;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return;
  }
  requests.push(JSON.parse(await text(request)));
  keys.push(String(request.headers['idempotency-key']));
  const { status, body } = await answer(requests.length);
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type, 'retry-after': '0' }).end(JSON.stringify(body));
}
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  requests.length = 0;
  keys.length = 0;
  webhook = active;
});

const replay = (...more: string[]) => replayOf('--from', '2026-11-01', '--to', '2026-11-02', ...more);

function replayOf(...options: string[]) {
  const words = ['webhooks', 'replay', '7', ...options];
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, MO_URL: url, MO_API_KEY: 'k' };
  const child: ChildProcess = spawn(process.execPath, ['--conditions=source', MO, ...words], { env });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      printed[name] += piece;
    });
  const ended = once(child, 'close').then(([code]) => ({ code, ...printed }));
  return { child, ended };
}

const from = (day: number, time = '00:00:00Z') => `2026-11-0${day}T${time}`;
const to = from(2);
const NEXT = from(1, '09:30:00.001Z');

it('continues until all parts are done, including after a 429', async () => {
  answer = (times) => [part(NEXT), problem(429, 'rate_limited')][times - 1] ?? part(null);
  const { code, stdout } = await replay('--json').ended;
  expect([code, JSON.parse(stdout)]).toEqual([0, { deliveries: 2 * PART_EVENTS, next_from: null }]);
  expect(requests).toEqual([
    { from: from(1), to },
    { from: NEXT, to },
    { from: NEXT, to },
  ]);
  expect(keys[1]).toBe(keys[2]);
  expect(keys[0]).not.toBe(keys[1]);
});

it('after a failure between parts reports what is done and how to continue, also with --json', async () => {
  const isNext = () => (requests.at(-1) as { from: string }).from === NEXT;
  answer = () => (isNext() ? problem(503, 'unavailable') : part(NEXT));
  const { code, stdout, stderr } = await replay().ended;
  expect([code, stdout]).toEqual([2, '']);
  const next = `mo webhooks replay 7 --from ${NEXT} --to ${to} --idempotency-key ${keys.at(-1)}`;
  expect(stderr).toContain(`10000 messages are queued. Continue with: ${next}\nmo: unavailable: as told\n`);
  const json = await replay('--json').ended;
  expect([json.code, JSON.parse(json.stdout)]).toEqual([2, { deliveries: PART_EVENTS, next_from: NEXT }]);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'unavailable' } });
});

it('has the given key for its first part, so that a part that failed is not sent twice', async () => {
  answer = (times) => (times === 1 ? part(NEXT) : part(null));
  expect(await replay('--idempotency-key', 'mine').ended).toMatchObject({ code: 0 });
  expect(keys).toEqual(['mine', expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

it('says which ids are not deliveries of the webhook, and exits with 1', async () => {
  const body = { deliveries: 1, next_from: null, missing_ids: [312, 313] };
  answer = () => ({ status: 202, body });
  const { code, stderr } = await replayOf('--deliveries', '311,312,313').ended;
  expect([code, stderr]).toEqual([1, '2 of 3 ids are not deliveries of webhook 7: 312, 313\n']);
  const json = await replayOf('--deliveries', '311,312,313', '--json').ended;
  expect([json.code, JSON.parse(json.stdout)]).toEqual([1, body]);
});

it('says that nothing is sent while the webhook is disabled', async () => {
  webhook = { status: 200, body: { id: 7, status: 'disabled' } };
  answer = () => part(null);
  const { code, stderr } = await replay().ended;
  expect([code, stderr]).toEqual([
    0,
    'webhook 7 is disabled: nothing is sent before `mo webhooks update 7 --status active`\n',
  ]);
});

it('is done with a key that may not read webhooks, too', async () => {
  webhook = problem(403, 'forbidden');
  answer = () => part(null);
  expect(await replay().ended).toMatchObject({ code: 0, stderr: '' });
  expect(requests).toHaveLength(1);
});

it('after an immediate refusal reports only the refusal', async () => {
  answer = () => problem(404, 'not_found');
  expect(await replay().ended).toMatchObject({ code: 1, stdout: '', stderr: 'mo: not_found: as told\n' });
});

it('after Ctrl-C waits for the current part, and reports how to continue', async () => {
  const { child, ended } = replay();
  answer = async () => {
    child.kill('SIGINT');
    await once(child.stderr as NodeJS.ReadableStream, 'data');
    return part(NEXT);
  };
  const { code, stderr } = await ended;
  expect([code, requests.length]).toEqual([130, 1]);
  expect(stderr).toContain(
    `10000 messages are queued. Continue with: mo webhooks replay 7 --from ${NEXT} --to ${to}\nstopped\n`,
  );
});
