/** PostgreSQL and Kafka as others run them: over TLS alone, to who says who it is. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseOutage, inTransaction, openDatabase, readDatabaseConnection, run, sqlOf } from '@mo/database';
import { type DatabaseUrls, makeAuthority, type SecuredServers, startSecuredServers, testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import { kafkaOverKafkajs, readKafkaConnection } from '../src/index.ts';
import { waitFor } from '../src/testing/index.ts';

const START_TIMEOUT_MS = 180_000;
const logger = createLogger('test', 'silent');

let servers: SecuredServers;
let urls: DatabaseUrls;
let dir: string;
let ca: string;

beforeAll(async () => {
  dir = mkdtempSync(join(testServers().dir, 'secured-'));
  servers = await startSecuredServers(dir);
  urls = await servers.createDatabases('secured');
  ca = file('ca.crt', servers.authority.ca);
}, START_TIMEOUT_MS);
afterAll(() => servers.stop(), START_TIMEOUT_MS);

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const strangers = async () => file('stranger.crt', (await makeAuthority('a stranger')).ca);

describe('PostgreSQL', () => {
  /** Opens a database as the environment says, and does some work in it. */
  async function ask(URL: string, env: NodeJS.ProcessEnv, silenceMsMax?: number) {
    const connection = readDatabaseConnection('URL', { URL, ...env });
    const more = silenceMsMax === undefined ? {} : { silenceMsMax };
    const options = { name: 'test', entities: [], migrations: [], connectionsMax: 1, logger, ...more };
    const database = await openDatabase({ ...connection, ...options });
    try {
      const ssl = 'SELECT ssl, client_dn IS NOT NULL AS known FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND $1 = 1';
      return await inTransaction(database, (sql) => run(sql, ssl, [1]));
    } finally {
      await database.close();
    }
  }

  it('is reached if its certificate is from the authority named by variables or in the URL', async () => {
    const encrypted = [{ ssl: true, known: false }];
    expect(await ask(urls.loans, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca })).toEqual(encrypted);
    expect(await ask(`${urls.loans}?sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`, {})).toEqual(encrypted);
  });

  it('is rejected if another authority is named, or none', async () => {
    await expect(ask(urls.loans, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: await strangers() })).rejects.toThrow(
      /certificate/,
    );
    await expect(ask(urls.loans, { PGSSLMODE: 'verify-full' })).rejects.toThrow(/certificate/);
  });

  it('is rejected under a name that is not in its certificate, unless only the authority is verified', async () => {
    const named = urls.loans.replace('127.0.0.1', 'localhost');
    await expect(ask(named, { PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca })).rejects.toThrow(/localhost/);
    expect(await ask(named, { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: ca })).toEqual([{ ssl: true, known: false }]);
  });

  it('rejects clients without TLS, and without a certificate if it requires one', async () => {
    await expect(ask(urls.loans, {})).rejects.toThrow(/no encryption/);
    const tls = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca };
    await expect(ask(urls.payments, tls)).rejects.toThrow(/client certificate/);
    const own = await servers.authority.certify(new URL(urls.payments).username);
    const identity = { PGSSLCERT: file('payments.crt', own.cert), PGSSLKEY: file('payments.key', own.key) };
    expect(await ask(urls.payments, { ...tls, ...identity })).toEqual([{ ssl: true, known: true }]);
  });

  it('has the same silence timeout over TLS, which each message restarts', async () => {
    const connection = readDatabaseConnection('URL', { URL: urls.loans, PGSSLMODE: 'verify-full', PGSSLROOTCERT: ca });
    const options = { name: 'test', entities: [], migrations: [], connectionsMax: 1, logger, silenceMsMax: 5_000 };
    const database = await openDatabase({ ...connection, ...options });
    const sleep = (seconds: number) => run(sqlOf(database), 'SELECT pg_backend_pid() AS pid, pg_sleep($1)', [seconds]);
    const pid = async () => ((await sleep(1)) as [{ pid: number }])[0].pid;
    const first = await pid();
    // Together longer than the silence that is allowed, and each answer is heard.
    for (let turn = 0; turn < 5; turn += 1) expect(await pid()).toBe(first);
    const lost = await sleep(30).catch((error: unknown) => error);
    expect(databaseOutage(lost)).toMatchObject({ status: 503 });
    await database.close();
  });
});

describe('Kafka', () => {
  const over = (env: NodeJS.ProcessEnv) => kafkaOverKafkajs('test', readKafkaConnection(env), logger);
  const sasl = (mechanism: string, password = servers.user.password) => ({
    KAFKA_BROKERS: servers.brokers.sasl,
    KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
    KAFKA_SSL_CA_FILE: ca,
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: servers.user.name,
    KAFKA_SASL_PASSWORD_FILE: file('password', `${password}\n`),
  });

  /** Sends a message and reads it as a member of a group. */
  async function sendThrough(env: NodeJS.ProcessEnv, topic: string): Promise<void> {
    const kafka = over(env);
    await kafka.ensureTopics([topic], 1);
    const received: (string | null)[] = [];
    const subscription = await kafka.subscribe(`${topic}.group`, [topic], async (messages) => {
      received.push(...messages.map(({ value }) => value));
    });
    try {
      const producer = await kafka.producer();
      await producer.send(topic, [{ key: 'k', value: topic, headers: {} }]);
      await producer.close();
      await waitFor(() => received.length > 0);
      expect(received).toEqual([topic]);
    } finally {
      await subscription.close();
    }
  }

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('accepts a user by password: %s', async (mechanism) => {
    await sendThrough(sasl(mechanism), `secured-${mechanism.toLowerCase()}`);
  });

  it('accepts a client by certificate', async () => {
    const own = await servers.authority.certify('mo');
    const tls = { KAFKA_BROKERS: servers.brokers.certificates, KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_FILE: ca };
    await expect(over(tls).ensureTopics(['secured-nobody'], 1)).rejects.toThrow();
    await sendThrough({ ...tls, KAFKA_SSL_CERT: own.cert, KAFKA_SSL_KEY: own.key }, 'secured-certificate');
  });

  it('rejects a wrong password', async () => {
    await expect(over(sasl('PLAIN', 'guess')).ensureTopics(['secured-guess'], 1)).rejects.toThrow(/[Aa]uthentication/);
    await expect(over(sasl('SCRAM-SHA-512', 'guess')).ensureTopics(['secured-guess'], 1)).rejects.toThrow(
      /[Aa]uthentication/,
    );
  });

  it('is rejected if another authority is named', async () => {
    const stranger = { ...sasl('PLAIN'), KAFKA_SSL_CA_FILE: await strangers() };
    await expect(over(stranger).ensureTopics(['secured-stranger'], 1)).rejects.toThrow(/certificate/);
  });
});
