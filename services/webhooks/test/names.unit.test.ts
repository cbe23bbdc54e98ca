import { lookup } from 'node:dns/promises';
import { Names, type NamesOptions } from '../src/delivery/names.ts';
import { NameServer, NO_SUCH_NAME, SERVER_FAILURE } from './name-server.ts';

const IPV4 = '93.184.215.14';
const IPV6 = '2606:2800:21f:cb07::1';
/** Longer than any stall of the machine. */
const TIMEOUT_MS = 60_000;
/** More than the process has threads. */
const SILENT = 16;

let server: NameServer;
beforeEach(async () => {
  server = await NameServer.start();
});
afterEach(() => server.close());

const optionsOf = (options: Partial<NamesOptions> = {}) => ({
  servers: [server.address],
  hosts: '',
  resolverConfig: '',
  timeoutMs: TIMEOUT_MS,
  tryTimeoutMs: TIMEOUT_MS,
  ...options,
});
const namesOf = (options?: Partial<NamesOptions>) => new Names(optionsOf(options));
const codeOf = (looking: Promise<unknown>) =>
  looking.then(
    () => null,
    ({ code }: NodeJS.ErrnoException) => code,
  );
const addressesOf = async (names: Names, host: string) => (await names.lookUp(host)).map(({ address }) => address);

describe('names', () => {
  it('resolve to the current addresses of both families', async () => {
    const names = namesOf();
    server.knows = () => [IPV6, IPV4];
    expect(await names.lookUp('shop.example')).toEqual([
      { address: IPV4, family: 4 },
      { address: IPV6, family: 6 },
    ]);
    server.knows = () => ['8.8.8.8'];
    expect(await names.lookUp('shop.example')).toEqual([{ address: '8.8.8.8', family: 4 }]);
  });

  it('are looked up once for concurrent callers', async () => {
    const names = namesOf();
    server.knows = () => [IPV4];
    const found = await Promise.all(Array.from({ length: SILENT }, () => addressesOf(names, 'shop.example')));
    expect(found).toEqual(Array(SILENT).fill([IPV4]));
    expect(server.asked.toSorted()).toEqual(['4 shop.example', '6 shop.example']);
  });

  it('with silent servers delay no other names, and block no threads', async () => {
    const names = namesOf();
    const answer = Promise.withResolvers<readonly string[]>();
    server.knows = (name) => (name.startsWith('silent') ? answer.promise : [IPV4]);
    let ended = 0;
    const looking = Array.from({ length: SILENT }, async (_, place) => {
      await names.lookUp(`silent-${place}.example`);
      ended += 1;
    });
    expect(await addressesOf(names, 'shop.example')).toEqual([IPV4]);
    expect(await lookup('localhost')).toMatchObject({ address: expect.any(String) });
    expect(ended).toBe(0);
    answer.resolve([IPV4]);
    await Promise.all(looking);
  });

  it('fail after a timeout', async () => {
    const options = optionsOf({ timeoutMs: 20 });
    const names = new Names(options);
    expect(await codeOf(names.lookUp('silent.example'))).toBe('ETIMEOUT');
    // None a second time.
    expect(server.asked).toEqual([...new Set(server.asked)]);
    server.knows = () => [IPV4];
    options.timeoutMs = TIMEOUT_MS;
    expect(await addressesOf(names, 'silent.example')).toEqual([IPV4]);
  });

  it('are queried again if a server is silent', async () => {
    server.knows = (name) => (name === 'shop.example' ? [IPV4] : undefined);
    expect(await codeOf(namesOf({ tryTimeoutMs: 20 }).lookUp('silent.example'))).toBe('ETIMEOUT');
    // The server receives it after all queries of the other.
    await namesOf().lookUp('shop.example');
    expect(server.asked.filter((asked) => asked === '4 silent.example')).toHaveLength(3);
  });

  it.each([
    ['there is none', () => NO_SUCH_NAME, 'ENOTFOUND'],
    ['it has no address', () => [], 'ENOTFOUND'],
    ['the server fails', () => SERVER_FAILURE, 'ESERVFAIL'],
    [
      'the server fails for one family',
      (_: string, family: number) => (family === 4 ? [] : SERVER_FAILURE),
      'ESERVFAIL',
    ],
  ])('do not resolve if %s', async (_what, knows, code) => {
    server.knows = knows;
    expect(await codeOf(namesOf().lookUp('shop.example'))).toBe(code);
  });

  it('resolve to the addresses of one family if the other has no answer', async () => {
    server.knows = (_name, family) => (family === 4 ? [IPV4] : SERVER_FAILURE);
    expect(await addressesOf(namesOf(), 'shop.example')).toEqual([IPV4]);
  });

  it('without a dot at the end are tried in search domains', async () => {
    server.knows = (name) => (name === 'shop.two.example' ? ['10.0.0.1'] : NO_SUCH_NAME);
    const names = namesOf({
      resolverConfig: 'search old.example\nnameserver 127.0.0.1\nsearch one.example two.example\n',
    });
    expect(await addressesOf(names, 'shop')).toEqual(['10.0.0.1']);
    const byIpv4 = server.asked.filter((asked) => asked.startsWith('4'));
    expect(byIpv4).toEqual(['4 shop', '4 shop.one.example', '4 shop.two.example']);
    expect(await codeOf(names.lookUp('shop.'))).toBe('ENOTFOUND');
  });

  it('from the hosts file and of this machine need no server', async () => {
    const hosts = '127.0.0.1 localhost # this\n# 1.1.1.1 shop\n10.0.0.1\tshop Till\nfd00::1 till\nno-address other\n';
    const names = namesOf({ hosts });
    expect(await addressesOf(names, 'localhost')).toEqual(['127.0.0.1']);
    expect(await addressesOf(names, 'shop')).toEqual(['10.0.0.1']);
    expect(await names.lookUp('till')).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: 'fd00::1', family: 6 },
    ]);
    for (const host of ['localhost', 'shop.localhost'])
      expect(await addressesOf(namesOf(), host)).toEqual(['127.0.0.1', '::1']);
    expect(server.asked).toEqual([]);
  });
});
