import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGateway } from '../src/target/gateway.ts';
import { findDatabases, findDatabasesAndKafka, findKafka, findSystem } from '../src/target/system.ts';

const serviceOf = (name: string) => ({
  replicas: [{ url: 'http://127.0.0.1:1' }, { url: 'http://127.0.0.1:11' }],
  databaseUrl: `postgres://stack/${name}`,
});
const STACK = {
  gateway: { url: 'http://127.0.0.1:8080', pid: 1 },
  customers: serviceOf('customers'),
  loans: serviceOf('loans'),
  payments: serviceOf('payments'),
  kafka: { brokers: ['127.0.0.1:19092'], pid: 1 },
  apiKey: 'stack-key',
};
const DATABASES = {
  CUSTOMERS_DATABASE_URL: 'postgres://c',
  LOANS_DATABASE_URL: 'postgres://l',
  PAYMENTS_DATABASE_URL: 'postgresql://p',
};

let root: string;
let cwd: string;
let below: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mo-target-'));
  cwd = join(root, 'running');
  below = join(cwd, 'a/b');
  for (const folder of [below, join(cwd, '.mo'), join(cwd, 'odd'), join(cwd, 'part')])
    await mkdir(folder, { recursive: true });
  await writeFile(join(cwd, '.mo/stack.json'), JSON.stringify(STACK));
  await writeFile(join(cwd, 'odd/stack.json'), '{"gateway":');
  await writeFile(
    join(cwd, 'part/stack.json'),
    '{"gateway":{"url":"http://x"},"apiKey":"k","kafka":{"brokers":["b:1"]}}',
  );
});
afterAll(() => rm(root, { recursive: true }));

describe('the gateway', () => {
  it('is that of the options, else of the environment, else of the running stack in this or a parent folder', () => {
    const env = { MO_URL: 'http://env:1', MO_API_KEY: 'env-key' };
    const given = { url: 'http://opt:1/', key: 'opt-key' };
    expect(findGateway(given, env, cwd)).toEqual({ url: 'http://opt:1', key: 'opt-key', keyFrom: '--key' });
    expect(findGateway({}, env, cwd)).toEqual({ url: 'http://env:1', key: 'env-key', keyFrom: 'MO_API_KEY' });
    const ofStack = { url: 'http://127.0.0.1:8080', key: 'stack-key', keyFrom: 'the running stack' };
    expect(findGateway({}, {}, cwd)).toEqual(ofStack);
    expect(findGateway({}, {}, below)).toEqual(ofStack);
    expect(findGateway({}, { MO_DIR: '../../.mo' }, below)).toEqual(ofStack);
  });

  it("gets the stack's key only if it is the stack's gateway", () => {
    expect(findGateway({ url: 'http://127.0.0.1:8080' }, {}, cwd).key).toBe('stack-key');
    expect(() => findGateway({ url: 'http://elsewhere:8080' }, {}, cwd)).toThrow(/no API key for http:\/\/elsewhere/);
  });

  it('is reported as missing or invalid', () => {
    expect(() => findGateway({}, {}, root)).toThrow(/no gateway: give --url and --key/);
    expect(() => findGateway({ url: 'localhost:8080', key: 'k' }, {}, cwd)).toThrow(/must be an origin/);
    for (const url of ['http://x/api', 'http://u@x', 'http://:p@x'])
      expect(() => findGateway({ url, key: 'k' }, {}, cwd)).toThrow(/must be an origin/);
    expect(() => findGateway({}, { MO_DIR: 'odd' }, cwd)).toThrow(/odd\/stack\.json is damaged: remove it/);
    expect(() => findGateway({}, { MO_DIR: 'part' }, cwd)).toThrow(/part\/stack\.json does not name/);
  });
});

describe('Kafka', () => {
  it('is that of the environment, else of the running stack', () => {
    const env = { KAFKA_BROKERS: 'a:1, [::1]:2', TOPIC_PREFIX: 'x' };
    expect(findKafka(env, cwd)).toEqual({ kafka: { brokers: ['a:1', '[::1]:2'] }, topicPrefix: 'x' });
    expect(findKafka({}, cwd)).toEqual({
      kafka: { brokers: ['127.0.0.1:19092'] },
      topicPrefix: 'mo',
    });
  });

  it('is reported as missing or invalid', () => {
    expect(() => findKafka({}, root)).toThrow('no Kafka: set KAFKA_BROKERS, or run `npm start`');
    expect(() => findKafka({ KAFKA_BROKERS: 'localhost' }, cwd)).toThrow(/KAFKA_BROKERS: must be host:port/);
    expect(() => findKafka({ TOPIC_PREFIX: 'a b' }, cwd)).toThrow(/TOPIC_PREFIX must be/);
  });
});

describe('the databases', () => {
  const ofStack = { customers: { url: 'postgres://stack/customers' }, loans: { url: 'postgres://stack/loans' } };

  it('are those of the environment, else of the running stack', () => {
    expect(findDatabases(DATABASES, root)).toEqual({
      customers: { url: 'postgres://c' },
      loans: { url: 'postgres://l' },
      payments: { url: 'postgresql://p' },
    });
    expect(findDatabases({}, cwd)).toMatchObject(ofStack);
    expect(findDatabasesAndKafka({}, cwd)).toMatchObject({ databases: ofStack, topicPrefix: 'mo' });
    expect(findDatabasesAndKafka({ ...DATABASES, KAFKA_BROKERS: 'a:1' }, cwd).kafka.brokers).toEqual(['a:1']);
  });

  it('are reported as missing, all or some, or invalid', () => {
    expect(() => findDatabases({}, root)).toThrow(
      /no system to work on: set CUSTOMERS_DATABASE_URL, .* or run `npm start`/,
    );
    expect(() => findDatabases({ ...DATABASES, LOANS_DATABASE_URL: '' }, cwd)).toThrow(
      /^LOANS_DATABASE_URL must be set/,
    );
    expect(() => findDatabases({ ...DATABASES, LOANS_DATABASE_URL: 'loans' }, cwd)).toThrow(
      /LOANS_DATABASE_URL: must be a postgres:\/\/ URL/,
    );
  });

  it('are read as the services read them: from files, and with the settings that protect a connection', async () => {
    const file = join(cwd, 'loans-url');
    await writeFile(file, 'postgres://of-a-file/loans\n');
    const env = {
      ...DATABASES,
      LOANS_DATABASE_URL: undefined,
      LOANS_DATABASE_URL_FILE: file,
      PGSSLMODE: 'verify-full',
    };
    expect(findDatabases(env, root).loans).toEqual({ url: 'postgres://of-a-file/loans', tls: {} });
    expect(() => findDatabases({ ...env, PGSSLMODE: 'prefer' }, root)).toThrow(/PGSSLMODE must be verify-full/);
    const sasl = { KAFKA_BROKERS: 'a:1', KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' };
    expect(() => findKafka(sasl, root)).toThrow(/KAFKA_SASL_MECHANISM is not set/);
  });

  it('are never combined with the Kafka of another system', () => {
    expect(() => findDatabasesAndKafka(DATABASES, cwd)).toThrow(/^KAFKA_BROKERS must be set too/);
    expect(() => findDatabasesAndKafka({ KAFKA_BROKERS: 'a:1' }, cwd)).toThrow(/^CUSTOMERS_DATABASE_URL and .* too/);
  });
});

describe('all parts', () => {
  it('are those of the running stack', () => {
    expect(findSystem({}, { KAFKA_BROKERS: 'elsewhere:1' }, cwd)).toMatchObject({
      gatewayUrl: 'http://127.0.0.1:8080',
      processes: { loans: ['http://127.0.0.1:1', 'http://127.0.0.1:11'] },
      databases: { loans: { url: 'postgres://stack/loans' } },
      kafka: { kafka: { brokers: ['127.0.0.1:19092'] } },
    });
  });

  it('with a named gateway are those of the environment, without the stack', () => {
    const nothing = { customers: [], loans: [], payments: [], webhooks: [] };
    const alone = { gatewayUrl: 'http://a:1', processes: nothing, databases: null, kafka: null };
    expect(findSystem({ url: 'http://a:1' }, {}, cwd)).toEqual(alone);
    const env = { MO_URL: 'http://a:1', LOANS_URL: 'http://l:1, http://l:2/', KAFKA_BROKERS: 'k:1', ...DATABASES };
    expect(findSystem({}, env, cwd)).toMatchObject({
      processes: { ...nothing, loans: ['http://l:1', 'http://l:2'] },
      databases: { loans: { url: 'postgres://l' } },
      kafka: { kafka: { brokers: ['k:1'] } },
    });
    expect(() => findSystem({}, {}, root)).toThrow(/no gateway: give --url, set MO_URL, or run `npm start`/);
  });
});
