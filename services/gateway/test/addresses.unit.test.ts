/** A service whose replicas are known by one name. The stand-ins are told apart by their addresses on the loopback. */
import { createServer, type Server } from 'node:http';
import { listen } from '@mo/dev-stack/listen';
import { Addresses, createLogger } from '@mo/service-kit';
import type { UnderWay } from '../src/forward/replica.ts';
import { ReplicaSet } from '../src/forward/replica-set.ts';
import { patientLimits, until } from './support.ts';

const servers: Server[] = [];
const sets: ReplicaSet[] = [];

afterEach(async () => {
  await Promise.all(sets.splice(0).map((set) => set.close()));
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Ready at once; any other question is answered when it is let go. */
async function startReplica(host: string, port = 0) {
  const held: (() => void)[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/readyz') response.end();
    else if (request.url === '/mux') response.writeHead(404).end();
    else held.push(() => response.end('done'));
  });
  servers.push(server);
  return { host, port: await listen(server, port, host), held };
}

async function startSet(port: number, hosts: () => string[]): Promise<ReplicaSet> {
  const addresses = new Addresses([`http://loans:${port}`], async () => hosts(), 5);
  const set = new ReplicaSet(
    { service: 'loans', identity: null, limits: patientLimits },
    addresses,
    createLogger('gateway', 'silent'),
    () => {},
  );
  sets.push(set);
  await set.start();
  return set;
}

/** The hosts that calls go to, each in a turn of its own. */
async function hostsPicked(set: ReplicaSet, times: number): Promise<Set<string>> {
  const hosts = new Set<string>();
  for (let n = 0; n < times; n += 1) {
    hosts.add(new URL(set.pick('calls')?.origin ?? 'http://none').hostname);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hosts;
}

it('a replica that joins is used once it is ready, and one that leaves is not used any more', async () => {
  const a = await startReplica('127.0.0.1');
  await startReplica('127.0.0.2', a.port);
  let hosts = [a.host];
  const set = await startSet(a.port, () => hosts);
  expect(await hostsPicked(set, 4)).toEqual(new Set(['127.0.0.1']));
  hosts = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  await until(() => set.ready === 2, 'the second is ready');
  expect(set.replicas).toHaveLength(3);
  expect(await hostsPicked(set, 6)).toEqual(new Set(['127.0.0.1', '127.0.0.2']));
  hosts = ['127.0.0.2'];
  await until(() => set.replicas.length === 1, 'the others are gone');
  expect(await hostsPicked(set, 4)).toEqual(new Set(['127.0.0.2']));
});

it('a call in flight at a replica that leaves is answered', async () => {
  const a = await startReplica('127.0.0.1');
  await startReplica('127.0.0.2', a.port);
  let hosts = ['127.0.0.1'];
  const set = await startSet(a.port, () => hosts);
  const outcome = Promise.withResolvers<string>();
  const parts: Buffer[] = [];
  const call: UnderWay = {
    number: 1,
    abandon: () => outcome.resolve('abandoned'),
    onRequestStart: () => {},
    onResponseStart: () => {},
    onResponseData: (_controller, part) => void parts.push(part),
    onResponseEnd: () => outcome.resolve(Buffer.concat(parts).toString()),
    onResponseError: (_controller, error) => outcome.resolve(String(error)),
  };
  set.pick('calls')?.dispatch('calls', { method: 'GET', path: '/', headers: [], body: null }, call);
  await until(() => a.held.length === 1, 'the call is under way');
  hosts = ['127.0.0.2'];
  await until(() => set.pick('calls')?.origin.includes('127.0.0.2') === true, 'the replica is gone');
  a.held[0]?.();
  expect(await outcome.promise).toBe('done');
});
