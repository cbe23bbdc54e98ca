import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseServers, kindFile, readServerFiles } from '../src/servers/choose.ts';
import { fixedPlan } from '../src/stack/plan.ts';
import { oneEach } from '../src/stack/replicas.ts';

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
  test('servers that the environment names are used', async () => {
    expect(await choose({ ...urls, KAFKA_BROKERS: 'a:1, b:2' })).toEqual({
      postgres: {
        kind: 'environment',
        urls: { customers: 'postgres://c', loans: 'postgres://l', payments: 'postgres://p' },
      },
      kafka: { kind: 'environment', brokers: ['a:1', 'b:2'] },
    });
  });

  test('one server may be configured by the environment and the other started by the stack', async () => {
    const choice = await choose({ KAFKA_BROKERS: 'a:1', MO_SERVERS: 'embedded' });
    expect(choice).toMatchObject({ postgres: { kind: 'embedded' }, kafka: { kind: 'environment' } });
  });

  test('two of three database URLs are rejected with the name of the missing one', async () => {
    await expect(choose({ ...urls, LOANS_DATABASE_URL: undefined })).rejects.toThrow(
      'LOANS_DATABASE_URL must be set too',
    );
  });

  test('brokers without a port are rejected', async () => {
    await expect(choose({ KAFKA_BROKERS: 'a:1,b' })).rejects.toThrow('list of host:port, but has "b"');
  });

  test('servers may be named in files, as for the services', async () => {
    writeFileSync(join(dir, 'brokers'), 'a:1,b:2\n');
    const env: NodeJS.ProcessEnv = { ...urls, KAFKA_BROKERS_FILE: join(dir, 'brokers') };
    readServerFiles(env);
    expect(env).toEqual({ ...urls, KAFKA_BROKERS: 'a:1,b:2' });
    expect(() => readServerFiles({ LOANS_DATABASE_URL: 'postgres://l', LOANS_DATABASE_URL_FILE: 'x' })).toThrow(
      'LOANS_DATABASE_URL and LOANS_DATABASE_URL_FILE are both set',
    );
    expect(() => readServerFiles({ KAFKA_BROKERS_FILE: join(dir, 'none') })).toThrow('KAFKA_BROKERS_FILE: ENOENT');
  });

  test('MO_SERVERS accepts only its two values', async () => {
    await expect(choose({ MO_SERVERS: 'docker' })).rejects.toThrow('MO_SERVERS must be containers or embedded');
  });

  test('a stack keeps the kind of servers that has its data', async () => {
    writeFileSync(kindFile(dir), '{"kind":"embedded"}');
    expect(await choose({})).toMatchObject({ postgres: { kind: 'embedded' }, kafka: { kind: 'embedded' } });
  });
});

describe('the ports', () => {
  const choice = { postgres: { kind: 'embedded' }, kafka: { kind: 'embedded' } } as const;

  test('the ports of consecutive replicas are ten apart', async () => {
    const plan = await fixedPlan({ LOANS_PORT: '7000' }, { ...oneEach, loans: 2 }, choice);
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

  test('TLS ports are free ones by default', async () => {
    const plan = await fixedPlan({ LOANS_TLS_PORT: '7443' }, { ...oneEach, loans: 2 }, choice);
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
    [{ LOANS_PORT: '8080' }, 'port 8080 is assigned to both gateway and loans: set LOANS_PORT'],
    [{ LOANS_TLS_PORT: '8083' }, 'port 8083 is assigned to both TLS of loans and payments: set PAYMENTS_PORT'],
  ])('one port for two purposes is rejected: %j', async (env, message) => {
    await expect(fixedPlan(env, oneEach, choice)).rejects.toThrow(message);
  });

  test.each(['KAFKA_PORT', 'LOANS_TLS_PORT'])(
    'an invalid port is rejected with the name of its variable: %s',
    async (name) => {
      await expect(fixedPlan({ [name]: '99999' }, oneEach, choice)).rejects.toThrow(`${name} must be a port`);
    },
  );
});
