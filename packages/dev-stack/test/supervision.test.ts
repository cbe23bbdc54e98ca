import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { identityDirOf, readStackFile, type Stack, type StackFile, startStack } from '../src/index.ts';
import { poll } from '../src/processes/poll.ts';
import { isAlive } from '../src/processes/proc.ts';
import { kindFile, type OwnKind } from '../src/servers/choose.ts';
import { query } from './fixtures/query.ts';

const dummy = fileURLToPath(new URL('./fixtures/dummy-service.ts', import.meta.url));
jest.setTimeout(180_000); // whole systems start, on a machine that may be busy
const timeoutMs = 40_000;
/** Longer than any machine stands still: kafkajs gives a connection a second, and `admin` has no second try. */
const connectionTimeout = 60_000;

let dir: string;
let stack: Stack;
const lines: string[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mo supervisión-'));
  stack = await startStack({
    dir,
    fsync: false,
    replicas: { loans: 2 },
    mainOf: () => dummy,
    log: (line) => lines.push(line),
  });
});

afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

const file = () => readStackFile(dir)!;

describe('a running stack', () => {
  test.each<[string, (of: StackFile) => number | null | undefined]>([
    ['gateway', (of) => of.gateway.pid],
    ['customers', (of) => of.customers.pid],
    ['loans-2', (of) => of.loans.replicas[1]?.pid],
    ['PostgreSQL', (of) => of.postgres.pid],
    ['Kafka', (of) => of.kafka.pid],
  ])('restarts %s after kill -9, updates stack.json, and says when it is ready again', async (name, pidOf) => {
    const killed = pidOf(file())!;
    expect(isAlive(killed)).toBe(true);
    process.kill(killed, 'SIGKILL');
    const isBack = () => pidOf(file()) !== killed && isAlive(pidOf(file())!);
    expect(await poll(isBack, timeoutMs)).toBe(true);
    expect(await poll(works, timeoutMs)).toBe(true);
    expect(await poll(() => lines.includes(`${name} is ready again`), timeoutMs)).toBe(true);
  });

  test('restarts a service on the same port however often it dies', async () => {
    const { url } = file().payments;
    for (let death = 0; death < 8; death++) {
      const { pid } = file().payments;
      process.kill(pid!, 'SIGKILL');
      expect(await poll(async () => file().payments.pid !== pid && (await fetch(url)).ok, timeoutMs)).toBe(true);
    }
  });

  test('keeps committed data when PostgreSQL is killed', async () => {
    await query(file().loans.databaseUrl, 'create table kept (id int); insert into kept values (7)');
    process.kill(file().postgres.pid!, 'SIGKILL');
    let rows: unknown;
    const isBack = async () => {
      rows = await query(file().loans.databaseUrl, 'select id from kept');
      return true;
    };
    expect(await poll(isBack, timeoutMs)).toBe(true);
    expect(rows).toEqual([{ id: 7 }]);
  });

  test('can stop Kafka and start it again with its topics', async () => {
    await admin((client) => client.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }] }));
    await stack.kafka.stop();
    expect(file().kafka.pid).toBeNull();
    await expect(admin((client) => client.listTopics())).rejects.toThrow();
    await stack.kafka.start();
    expect(await admin((client) => client.listTopics())).toContain('kept');
    expect(isAlive(file().kafka.pid!)).toBe(true);
  });

  test('stores the data of an embedded Kafka in its folder, whatever its name; a container has a volume', () => {
    const { kind } = JSON.parse(readFileSync(kindFile(dir), 'utf8')) as { kind: OwnKind };
    expect(existsSync(join(dir, 'kafka/data/meta.properties'))).toBe(kind === 'embedded');
  });

  test('does not let the broker create topics automatically', async () => {
    await expect(admin((client) => client.fetchTopicMetadata({ topics: ['unheard-of'] }))).rejects.toThrow();
    expect(await admin((client) => client.listTopics())).not.toContain('unheard-of');
  });

  test('gives each process the URLs of the others and only its own secrets', async () => {
    const { gateway, customers, loans } = file();
    const [ofGateway, ofLoans] = await Promise.all([environmentOf(gateway.url), environmentOf(loans.url)]);
    const urls = { CUSTOMERS_URL: customers.apiUrl, LOANS_URL: loans.replicas.map(({ apiUrl }) => apiUrl).join(',') };
    expect(ofGateway).toMatchObject(urls);
    expect(ofLoans).toMatchObject({ ...urls, LOANS_DATABASE_URL: loans.databaseUrl, HOST: '127.0.0.1' });
    expect(ofLoans).toMatchObject({ KAFKA_BROKERS: file().kafka.brokers.join(',') });
    const databasesOf = (env: NodeJS.ProcessEnv) => Object.keys(env).filter((name) => name.endsWith('_DATABASE_URL'));
    expect(databasesOf(ofGateway)).toEqual(['GATEWAY_DATABASE_URL']);
    expect(databasesOf(ofLoans)).toEqual(['LOANS_DATABASE_URL']);
    expect(ofLoans.API_KEYS_FILE).toBeUndefined();
    expect(ofGateway.API_KEYS_FILE).toBe(join(dir, 'api-keys'));
    expect([ofGateway.IDENTITY_DIR, ofLoans.IDENTITY_DIR]).toEqual([
      identityDirOf(dir, 'gateway'),
      identityDirOf(dir, 'loans'),
    ]);
    expect(new URL(loans.apiUrl!).port).toBe(ofLoans.TLS_PORT);
  });

  test.each([
    'stack.json',
    'api-key',
    'api-keys',
    'postgres-passwords.json',
    'logs/loans.log',
    'identities/loans/tls.key',
  ])('closes %s to other users', (name) => {
    expect(statSync(join(dir, name)).mode & 0o077).toBe(0);
  });

  test('cannot be started a second time in the same folder', async () => {
    await expect(startStack({ dir, mainOf: () => dummy })).rejects.toThrow('this stack is already running: process');
    expect(existsSync(join(dir, 'stack.json'))).toBe(true);
  });
});

async function works(): Promise<boolean> {
  await query(file().loans.databaseUrl, 'select 1');
  await admin((client) => client.listTopics());
  const { gateway, customers, loans, payments } = file();
  const all = await Promise.all([gateway, customers, ...loans.replicas, payments].map(({ url }) => fetch(url)));
  return all.every(({ ok }) => ok);
}

async function environmentOf(url: string): Promise<NodeJS.ProcessEnv> {
  return (await (await fetch(`${url}/env`)).json()) as NodeJS.ProcessEnv;
}

async function admin<T>(work: (client: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const { brokers } = file().kafka;
  const client = new Kafka({ brokers, connectionTimeout, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}
