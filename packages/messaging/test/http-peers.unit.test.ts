/** The other services over HTTP, against small servers in their place. */
import { createServer, type Server } from 'node:http';
import { jest } from '@jest/globals';
import type { Stream } from '@mo/contracts';
import { listen } from '@mo/dev-stack/listen';
import { HttpPeers } from '../src/pull/http-peers.ts';

/** Long enough on any machine: nobody here takes long to answer, or to refuse. */
const CALL_TIMEOUT_MS = 60_000;
const HOUR_MS = 3_600_000;

const servers: Server[] = [];
const opened: HttpPeers[] = [];

afterEach(async () => {
  jest.useRealTimers();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  await Promise.all(opened.splice(0).map((peers) => peers.close()));
});

/** @param status that of its answers, which it gives once `onRequest` has returned; null if it gives none */
async function startPeer(status: number | null = 200, onRequest: () => Promise<void> | void = () => {}) {
  const server = createServer((request, response) => {
    const answer = () => status !== null && response.writeHead(status).end(JSON.stringify({ applied: true }));
    request.resume();
    void Promise.resolve(onRequest()).then(answer);
  });
  servers.push(server);
  return `http://127.0.0.1:${await listen(server)}`;
}

/** An origin on which nobody listens. */
async function originOfNobody(): Promise<string> {
  const origin = await startPeer();
  const server = servers.pop() as Server;
  await new Promise((resolve) => server.close(resolve));
  return origin;
}

function openPeersWithin(callTimeoutMs: number, ...origins: string[]): HttpPeers {
  const peers = new HttpPeers({ loans: origins }, null, () => {}, false, callTimeoutMs);
  opened.push(peers);
  return peers;
}
const openPeers = (...origins: string[]) => openPeersWithin(CALL_TIMEOUT_MS, ...origins);

it('while one replica of a peer is down, all calls are answered by another', async () => {
  const peers = openPeers(await originOfNobody(), await startPeer());
  const settled: boolean[] = [];
  const settleMany = async () => {
    for (let id = 1; id <= 50; id += 1) settled.push(await peers.settle('loans', id, 'customers', 1));
  };
  // Several at once, so that some begin while others are between two attempts.
  await Promise.all([settleMany(), settleMany(), settleMany(), settleMany(), settleMany()]);
  expect(settled.filter((isSettled) => !isSettled)).toEqual([]);
});

it('while all replicas are down, a pull is unavailable', async () => {
  const peers = openPeers(await originOfNobody(), await originOfNobody());
  await expect(peers.pull('loans', { customerId: 1 }, 0)).rejects.toMatchObject({ code: 'unavailable', status: 503 });
});

it.each([
  [400, 'RefusedByPeerError'],
  [403, 'ProblemError'],
  [503, 'ProblemError'],
])('a pull that is answered %d is a %s', async (status, name) => {
  const peers = openPeers(await startPeer(status));
  await expect(peers.pull('loans', { customerId: 1 }, 0)).rejects.toMatchObject({ name });
});

it('a process that stood still for longer than a call may take still reads the answer', async () => {
  const limitMs = 3_000;
  const standStill = () => {
    for (const endMs = performance.now() + limitMs + 1; performance.now() < endMs; );
  };
  const peers = openPeersWithin(limitMs, await startPeer(200, standStill));
  expect(await peers.settle('loans', 1, 'customers', 1)).toBe(true);
});

it('a replica that does not answer leaves time for another', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const asked = Promise.withResolvers<void>();
  // The last one is asked first.
  const peers = openPeersWithin(HOUR_MS, await startPeer(), await startPeer(null, () => asked.resolve()));
  const settled = peers.settle('loans', 1, 'customers', 1);
  await asked.promise;
  jest.advanceTimersByTime(HOUR_MS / 2);
  expect(await settled).toBe(true);
}, 30_000);

it('a slow replica answers although the next one, which is asked meanwhile, is down', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const [asked, failed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = await startPeer(200, () => {
    asked.resolve();
    return failed.promise;
  });
  const onCall = (_peer: Stream, outcome: string) => (outcome === 'failed' ? failed.resolve() : undefined);
  // The last one is asked first.
  const peers = new HttpPeers({ loans: [await originOfNobody(), slow] }, null, onCall, false, HOUR_MS);
  opened.push(peers);
  const settled = peers.settle('loans', 1, 'customers', 1);
  await asked.promise;
  jest.advanceTimersByTime(HOUR_MS / 2);
  expect(await settled).toBe(true);
}, 30_000);
