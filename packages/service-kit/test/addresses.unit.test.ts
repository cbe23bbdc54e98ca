import { waitFor } from '@mo/dev-stack/wait-for';
import { Addresses, type Lookup } from '../src/index.ts';

const open: Addresses[] = [];
afterEach(() => {
  for (const addresses of open.splice(0)) addresses.stop();
});

/** Looks names up every millisecond; `next` resolves when they have changed. */
function follow(origins: string[], lookup: Lookup) {
  const addresses = new Addresses(origins, lookup, 1);
  open.push(addresses);
  let changed = Promise.withResolvers<void>();
  const started = addresses.start(() => {
    changed.resolve();
    changed = Promise.withResolvers();
  });
  return { addresses, started, next: () => changed.promise };
}

it('an IP address is one process, and is never resolved', async () => {
  const origins = ['http://127.0.0.1:8081', 'http://[::1]:8081', 'https://127.0.0.1:8443'];
  const { addresses, started } = follow(origins, () => Promise.reject(new Error('looked up')));
  await started;
  expect(addresses.current).toEqual(origins);
});

it('a name stands for itself until it is resolved, then for each of its addresses', async () => {
  const found = Promise.withResolvers<string[]>();
  const origins = ['http://loans:8080', 'http://10.0.0.9', 'https://loans'];
  const { addresses, started } = follow(origins, () => found.promise);
  expect(addresses.current).toEqual(origins);
  found.resolve(['10.0.0.2', 'fd00::1', '10.0.0.1']);
  await started;
  expect(addresses.current).toEqual([
    'http://10.0.0.1:8080',
    'http://10.0.0.2:8080',
    'http://[fd00::1]:8080',
    'http://10.0.0.9',
    'https://10.0.0.1',
    'https://10.0.0.2',
    'https://[fd00::1]',
  ]);
});

it("a name's addresses are added and removed as DNS changes", async () => {
  let hosts = ['10.0.0.1'];
  const { addresses, started, next } = follow(['http://loans:8080'], async () => hosts);
  await started;
  for (const replicas of [['10.0.0.1', '10.0.0.2'], ['10.0.0.2']]) {
    hosts = replicas;
    await next();
    expect(addresses.current).toEqual(replicas.map((host) => `http://${host}:8080`));
  }
});

it('a name that cannot be resolved keeps its previous addresses', async () => {
  let lookups = 0;
  const failing = Promise.withResolvers<void>();
  const { addresses, started } = follow(['http://loans:8080'], async () => {
    lookups += 1;
    if (lookups === 1) return ['10.0.0.1'];
    if (lookups > 3) failing.resolve();
    if (lookups === 2) return [];
    throw new Error('there is no such name');
  });
  await started;
  await failing.promise;
  expect(addresses.current).toEqual(['http://10.0.0.1:8080']);
});

it('localhost is resolved on the machine itself', async () => {
  const origins = ['http://localhost:8080'];
  const addresses = new Addresses(origins, undefined, 1);
  open.push(addresses);
  await addresses.start();
  // On a busy machine a lookup may take too long.
  await waitFor(() => addresses.current[0] !== origins[0]);
  expect(addresses.current).toEqual(['http://127.0.0.1:8080']);
});
