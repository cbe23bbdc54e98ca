import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseServers, kindFile, readServerFiles } from '../src/servers/choose.ts';
import { fixedPlan } from '../src/stack/plan.ts';
import { onceEach } from '../src/stack/replicas.ts';

const urls = {
  CUSTOMERS_DATABASE_URL: 'postgres://c',
  LOANS_DATABASE_URL: 'postgres://l',
  PAYMENTS_DATABASE_URL: 'postgres://p',
};
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-choose-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const choose = (env: NodeJS.ProcessEnv) => chooseServers(env, dir, () => {});

describe('the choice of servers', () => {
  test('servers that the environment names are taken', async () => {
    expect(await choose({ ...urls, KAFKA_BROKERS: 'a:1, b:2' })).toEqual({
      postgres: {
        kind: 'environment',
        urls: { customers: 'postgres://c', loans: 'postgres://l', payments: 'postgres://p' },
      },
      kafka: { kind: 'environment', brokers: ['a:1', 'b:2'] },
    });
  });

  test('one kind may come from the environment and the other from us', async () => {
    const choice = await choose({ KAFKA_BROKERS: 'a:1', MO_SERVERS: 'embedded' });
    expect(choice).toMatchObject({ postgres: { kind: 'embedded' }, kafka: { kind: 'environment' } });
  });

  test('two of three database URLs are refused, and the missing one is named', async () => {
    await expect(choose({ ...urls, LOANS_DATABASE_URL: undefined })).rejects.toThrow(
      'LOANS_DATABASE_URL must be set too',
    );
  });

  test('brokers without a port are refused', async () => {
    await expect(choose({ KAFKA_BROKERS: 'a:1,b' })).rejects.toThrow('"b" is none');
  });

  test('servers may be named in files, as services read them', async () => {
    writeFileSync(join(dir, 'brokers'), 'a:1,b:2\n');
    const env: NodeJS.ProcessEnv = { ...urls, KAFKA_BROKERS_FILE: join(dir, 'brokers') };
    readServerFiles(env);
    expect(env).toEqual({ ...urls, KAFKA_BROKERS: 'a:1,b:2' });
    expect(() => readServerFiles({ LOANS_DATABASE_URL: 'postgres://l', LOANS_DATABASE_URL_FILE: 'x' })).toThrow(
      'LOANS_DATABASE_URL and LOANS_DATABASE_URL_FILE are both set',
    );
    expect(() => readServerFiles({ KAFKA_BROKERS_FILE: join(dir, 'none') })).toThrow('KAFKA_BROKERS_FILE: ENOENT');
  });

  test('MO_SERVERS takes nothing but its two words', async () => {
    await expect(choose({ MO_SERVERS: 'docker' })).rejects.toThrow('MO_SERVERS must be containers or embedded');
  });

  test('a stack stays with the servers that hold its data', async () => {
    writeFileSync(kindFile(dir), '{"kind":"embedded"}');
    expect(await choose({})).toMatchObject({ postgres: { kind: 'embedded' }, kafka: { kind: 'embedded' } });
  });
});

describe('the ports', () => {
  const choice = { postgres: { kind: 'embedded' }, kafka: { kind: 'embedded' } } as const;

  test('replicas listen ten above each other', async () => {
    const plan = await fixedPlan({ LOANS_PORT: '7000' }, { ...onceEach, loans: 2 }, choice);
    const ports = Object.fromEntries(plan.replicas.map(({ name, port }) => [name, port]));
    expect(ports).toEqual({
      gateway: 8080,
      customers: 8081,
      loans: 7000,
      'loans-2': 7010,
      payments: 8083,
      webhooks: 8084,
    });
  });

  test('those for TLS are free ones unless told', async () => {
    const plan = await fixedPlan({ LOANS_TLS_PORT: '7443' }, { ...onceEach, loans: 2 }, choice);
    const urls = new Map(plan.replicas.map(({ name, apiUrl }) => [name, apiUrl]));
    expect([urls.get('gateway'), urls.get('loans'), urls.get('loans-2')]).toEqual([
      null,
      'https://127.0.0.1:7443',
      'https://127.0.0.1:7453',
    ]);
    expect(urls.get('payments')).toMatch(/^https:\/\/127\.0\.0\.1:\d{5}$/);
    expect(new Set(urls.values()).size).toBe(urls.size);
  });

  test.each([
    [{ LOANS_PORT: '8080' }, 'port 8080 is wanted for gateway and for loans: set LOANS_PORT'],
    [{ LOANS_TLS_PORT: '8083' }, 'port 8083 is wanted for TLS of loans and for payments: set PAYMENTS_PORT'],
  ])('one port for two purposes is refused: %j', async (env, message) => {
    await expect(fixedPlan(env, onceEach, choice)).rejects.toThrow(message);
  });

  test.each(['KAFKA_PORT', 'LOANS_TLS_PORT'])('what is no port is refused by its name: %s', async (name) => {
    await expect(fixedPlan({ [name]: '99999' }, onceEach, choice)).rejects.toThrow(`${name} must be a port`);
  });
});
