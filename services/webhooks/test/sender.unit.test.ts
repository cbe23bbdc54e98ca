/** Why a message was not accepted, in words that the owner of the receiver understands. */
import { once } from 'node:events';
import { type AddressInfo, createServer as listenPlainly, type Server, type Socket } from 'node:net';
import { getCACertificates, createServer as listenSecurely, setDefaultCACertificates } from 'node:tls';
import { type Authority, type KeyPair, makeAuthority } from '@mo/dev-stack';
import { waitFor } from '@mo/messaging/testing';
import { Sender } from '../src/delivery/sender.ts';
import { Targets } from '../src/delivery/targets.ts';
import { THIS_MACHINE } from './support.ts';

const HOST = '127.0.0.1';
const DAY_MS = 24 * 3_600_000;

let trusted: Authority;
const sender = new Sender(new Targets(THIS_MACHINE), 'test');
const servers: Server[] = [];
beforeAll(async () => {
  trusted = await makeAuthority();
  setDefaultCACertificates([...getCACertificates(), trusted.ca]);
});
afterAll(async () => {
  await sender.close();
  for (const server of servers) server.close();
});

async function start(server: Server): Promise<number> {
  server.listen(0, HOST);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
/** Answers a request with this text, and closes the connection. */
const answering = (text: string) => (socket: Socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(text));
};
const startPlain = (text: string) => start(listenPlainly(answering(text)));
const startSecure = (pair: KeyPair) => start(listenSecurely(pair, answering('HTTP/1.1 204 No Content\r\n\r\n')));

const attempt = async (url: string) => {
  const message = { id: 'loans-1-1', body: '{}', traceparent: null };
  const sent = await sender.send(
    { url, restartedAt: '', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8vK2mXyTq0E='] },
    message,
  );
  return sent.isTaken ? 'it is taken' : sent.error;
};
/** Repeated while the machine is too slow to connect or answer. */
const outcome = (url: string) =>
  waitFor(async () => {
    const text = await attempt(url);
    return !/^no (connection|answer)/.test(text) && text;
  });

it.each([
  ['HTTP/1.1 204 No Content\r\n\r\n', 'it is taken'],
  ['HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', 'it is taken'],
  ['', 'it closed the connection before it answered'],
  ['HTTP/1.1 200 OK\r\nx: y', 'it closed the connection before it answered'],
  ['SSH-2.0-OpenSSH\r\n', 'its answer is not HTTP/1.1'],
  ['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', 'its answer is not HTTP/1.1'],
  ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n', 'it answered 100 Continue, which was not asked for'],
  [
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'it answered with another protocol, which was not asked for',
  ],
])('of a receiver that answers %j: %s', async (text, expected) => {
  expect(await outcome(`http://${HOST}:${await startPlain(text)}/`)).toBe(expected);
});

it.each([
  [15 * 1024, 'it is taken'],
  [16 * 1024, 'the headers of its answer have more than 16 KiB'],
])('of an answer with a header of %i bytes: %s', async (bytes, expected) => {
  const port = await startPlain(`HTTP/1.1 204 No Content\r\nx: ${'a'.repeat(bytes)}\r\n\r\n`);
  expect(await outcome(`http://${HOST}:${port}/`)).toBe(expected);
});

describe('of a receiver with a certificate', () => {
  const untrusted = 'its certificate is not from a known authority, or an intermediate certificate is missing';
  it.each<[string, string, () => Promise<KeyPair>]>([
    ['of a known authority', 'it is taken', () => trusted.certify(HOST)],
    ['of an unknown authority', untrusted, async () => (await makeAuthority('other')).certify(HOST)],
    ['for another host', 'its certificate is for another host', () => trusted.certify('shop.example')],
    [
      'that has expired',
      'its certificate has expired',
      () => trusted.certify(HOST, [HOST], new Date(Date.now() - DAY_MS)),
    ],
    [
      'that is not valid yet',
      'its certificate is not valid yet',
      () => trusted.certify(HOST, [HOST], new Date(Date.now() + 3 * DAY_MS)),
    ],
  ])('%s: %s', async (_what, expected, certify) => {
    expect(await outcome(`https://${HOST}:${await startSecure(await certify())}/`)).toBe(expected);
  });

  it('that is followed by that of an unknown authority', async () => {
    const other = await makeAuthority('other');
    const { cert, key } = await other.certify(HOST);
    expect(await outcome(`https://${HOST}:${await startSecure({ cert: `${cert}\n${other.ca}`, key })}/`)).toBe(
      untrusted,
    );
  });
});

it('of a receiver without TLS at an https URL', async () => {
  const port = await startPlain('HTTP/1.1 400 Bad Request\r\n\r\n');
  expect(await outcome(`https://${HOST}:${port}/`)).toBe('it does not use TLS at this port');
});

it('of a receiver that does not answer a handshake', async () => {
  const port = await start(listenPlainly((socket) => socket.on('error', () => {})));
  expect(await attempt(`https://${HOST}:${port}/`)).toBe('no connection within 5 s');
});

it('of a receiver that does not listen', async () => {
  const server = listenPlainly();
  const port = await start(server);
  server.close();
  expect(await outcome(`http://${HOST}:${port}/`)).toBe('ECONNREFUSED');
});
