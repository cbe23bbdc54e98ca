/** What `mo` prints if the answer to a write is lost, with a gateway that keeps it. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Sender } from '../src/target/sender.ts';

const MO = fileURLToPath(new URL('../bin/mo.js', import.meta.url));

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let keys: (string | undefined)[];
let url: string;
const server = createServer((request, response) => {
  keys.push(request.headers['idempotency-key'] as string | undefined);
  request.resume().once('end', () => answer(request, response));
});
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  keys = [];
});

/** Runs a command, and stops it as by Ctrl-C at its first request unless `answer` is set. */
function mo(words: string, onRequest?: typeof answer): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, MO_URL: url, MO_API_KEY: 'k' };
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const args = ['--conditions=source', MO, ...words.split(' ')];
  const child = execFile(process.execPath, args, { env }, (error, stdout, stderr) =>
    resolve({ code: error?.code, stdout, stderr }),
  );
  answer = onRequest ?? (() => child.kill('SIGINT'));
  return promise;
}

const CREATE = 'webhooks create https://shop.example/hooks';
const KEY_LOST = 'the key may have been created: see `mo keys list`, and revoke the one that nobody has';

it('Ctrl-C during a write shows the key with which it takes effect only once', async () => {
  const { code, stderr } = await mo(CREATE);
  expect([code, keys]).toEqual([130, [expect.stringMatching(/^[0-9a-f]{32}$/)]]);
  const advice = `the request may have taken effect: try again with --idempotency-key ${keys[0]}, and it takes`;
  expect(stderr).toBe(`stopped\n  ${advice} effect only once\n`);
});

it('Ctrl-C during a write shows the key to programs', async () => {
  const { code, stdout, stderr } = await mo(`${CREATE} --idempotency-key mine --json`);
  expect([code, stdout, JSON.parse(stderr)]).toEqual([
    130,
    '',
    { error: { code: 'interrupted', detail: expect.stringMatching(/^stopped; the request/), idempotency_key: 'mine' } },
  ]);
});

it('Ctrl-C during a read needs no advice', async () => {
  expect(await mo('webhooks list')).toEqual({ code: 130, stdout: '', stderr: 'stopped\n' });
});

it.each(['keys create billing --scopes admin', 'keys rotate 1'])(
  'the lost answer to `mo %s` leaves a key to look for',
  async (words) => {
    expect(await mo(words)).toEqual({ code: 130, stdout: '', stderr: `stopped\n  ${KEY_LOST}\n` });
    const { code, stderr } = await mo(words, ({ socket }) => socket.destroy());
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([2, `  ${KEY_LOST}`]);
    expect(keys).toEqual([undefined, undefined]);
  },
);

it('a write that a proxy refused because of the rate had no effect', async () => {
  const { code, stderr } = await mo(CREATE, (_request, response) =>
    response.writeHead(429, { 'content-type': 'text/html', 'retry-after': '0' }).end('<html>'),
  );
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^mo: POST .* was answered 429[^\n]*\n$/)]);
});

it.each([
  ['a whole answer', 201, '{}', false],
  ['a refusal', 422, '{}', false],
  ['an answer without content', 204, '', false],
  ['a refusal because of the rate', 429, '{}', false],
  ['a failure', 503, '{}', true],
])('after %s a write is remembered only if it may have taken effect', async (_what, status, body, isRemembered) => {
  const sender = new Sender();
  answer = (_request, response) => response.writeHead(status, { 'x-name': 'value' }).end(body);
  const headers = { 'idempotency-key': 'k' };
  const response = await sender.fetch(url, { method: 'POST', headers });
  expect([response.status, response.headers.get('x-name'), await response.text()]).toEqual([status, 'value', body]);
  expect(sender.unanswered).toEqual(isRemembered ? { idempotencyKey: 'k' } : null);
});

it('after half an answer a write is remembered, also once its repetition was refused because of the rate', async () => {
  const sender = new Sender();
  answer = ({ socket }, response) =>
    response.writeHead(201, { 'content-length': 9 }).write('{', () => socket.destroy());
  await expect(sender.fetch(url, { method: 'POST' })).rejects.toThrow('terminated');
  answer = (_request, response) => response.writeHead(429).end();
  await sender.fetch(url, { method: 'POST' });
  expect(sender.unanswered).toEqual({ idempotencyKey: null });
});
