/** How the environment says where PostgreSQL and Kafka are, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDatabaseConnection } from '@mo/database';
import { type KeyPair, makeAuthority } from '@mo/dev-stack';
import { ConfigError } from '@mo/service-kit';
import { readKafkaConnection } from '../src/index.ts';

let dir: string;
let ca: string;
let own: KeyPair;
let other: KeyPair;
const path = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mo-connections-'));
  const authority = await makeAuthority();
  ca = authority.ca;
  own = await authority.certify('own');
  other = await authority.certify('other');
  const files = { 'ca.crt': ca, 'own.crt': own.cert, 'own.key': own.key, 'other.key': other.key, odd: 'no PEM' };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
});
afterAll(() => rmSync(dir, { recursive: true }));

const errorOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(dir, '');
  }
  throw new Error('it was taken');
};

describe('a database', () => {
  const url = 'postgres://loans:secret@db:5432/loans';
  const read = (env: NodeJS.ProcessEnv) =>
    readDatabaseConnection('LOANS_DATABASE_URL', { LOANS_DATABASE_URL: url, ...env });
  const full = { PGSSLMODE: 'verify-full' };

  it('is connected to without TLS by default', () => {
    expect(read({})).toEqual({ url });
    expect(read({ PGSSLMODE: 'disable', PGSSLROOTCERT: '/nowhere' })).toEqual({ url });
  });

  it('is connected to over TLS as the URL or else the variables define', () => {
    const identity = { PGSSLCERT: path('own.crt'), PGSSLKEY: path('own.key') };
    expect(read({ ...full, PGSSLROOTCERT: path('ca.crt'), ...identity })).toEqual({ url, tls: { ca, ...own } });
    const inUrl = `${url}?sslmode=verify-full&sslrootcert=${path('ca.crt')}`;
    expect(read({ LOANS_DATABASE_URL: inUrl, PGSSLMODE: 'disable' })).toEqual({ url, tls: { ca } });
    expect(read({ ...full, LOANS_DATABASE_URL: `${url}?sslmode=disable` })).toEqual({ url });
  });

  it('is verified by the authorities of Node.js if none is named', () => {
    expect(read(full).tls).toEqual({});
    expect(read({ ...full, PGSSLROOTCERT: 'system' }).tls).toEqual({});
  });

  it('may have another name than its certificate only with verify-ca', () => {
    expect(read(full).tls?.checkServerIdentity).toBeUndefined();
    expect(read({ PGSSLMODE: 'verify-ca' }).tls?.checkServerIdentity?.()).toBeUndefined();
    expect(read({ PGSSLMODE: 'verify-ca' }).tls).toHaveProperty('checkServerIdentity');
  });

  it.each([
    [{ PGSSLMODE: 'require' }, 'PGSSLMODE must be verify-full, verify-ca or disable, not "require"'],
    [
      { LOANS_DATABASE_URL: `${url}?sslmode=prefer` },
      'LOANS_DATABASE_URL: sslmode must be verify-full, verify-ca or disable, not "prefer"',
    ],
    [
      { LOANS_DATABASE_URL: `${url}?connect_timeout=3` },
      'LOANS_DATABASE_URL: connect_timeout is not supported; sslmode, sslrootcert, sslcert, sslkey are',
    ],
    [{ LOANS_DATABASE_URL: 'postgres://a b/c' }, 'LOANS_DATABASE_URL: must be a postgres:// URL'],
    [{ PGSSLROOTCERT: '/ca.crt' }, 'PGSSLROOTCERT is set without sslmode or PGSSLMODE: use verify-full'],
    [{ ...full, PGSSLROOTCERT: '/nowhere' }, 'PGSSLROOTCERT: ENOENT'],
  ])('is refused with the reason: %j', (env, message) => {
    expect(errorOf(() => read(env))).toContain(message);
  });

  it('is refused if a certificate or key is invalid, missing, or belongs to another', () => {
    const refused = (env: NodeJS.ProcessEnv) => errorOf(() => read({ ...full, ...env }));
    expect(refused({ PGSSLROOTCERT: path('odd') })).toBe('PGSSLROOTCERT: /odd contains no certificate in PEM');
    expect(refused({ PGSSLCERT: path('own.crt') })).toBe('PGSSLKEY must be set too, because PGSSLCERT is set');
    expect(refused({ PGSSLKEY: path('own.key') })).toBe('PGSSLCERT must be set too, because PGSSLKEY is set');
    const pair = (key: string) => refused({ PGSSLCERT: path('own.crt'), PGSSLKEY: path(key) });
    expect(pair('other.key')).toMatch(
      /^PGSSLKEY: \/other\.key is not a private key in PEM that belongs to the certificate/,
    );
    expect(pair('odd')).toMatch(/^PGSSLKEY: \/odd is not a private key/);
  });
});

describe('Kafka', () => {
  const brokers = { KAFKA_BROKERS: 'a:9092, [::1]:9093' };
  const sasl = { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'mo', KAFKA_SASL_PASSWORD: 'secret' };
  const read = (env: NodeJS.ProcessEnv) => readKafkaConnection({ ...brokers, ...env });

  it('is connected to without TLS by default, and empty variables count as unset', () => {
    expect(read({})).toEqual({ brokers: ['a:9092', '[::1]:9093'] });
    expect(read({ KAFKA_SECURITY_PROTOCOL: '', KAFKA_SASL_PASSWORD: '' })).toEqual(read({}));
  });

  it('is connected to over TLS, with a user, or both, as the protocol defines', () => {
    const user = { mechanism: 'PLAIN', username: 'mo', password: 'secret' };
    expect(read({ KAFKA_SECURITY_PROTOCOL: 'SSL' })).toMatchObject({ tls: {} });
    expect(read({ KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT', ...sasl }).tls).toBeUndefined();
    expect(read({ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...sasl, KAFKA_SSL_CA: ca })).toMatchObject({
      tls: { ca },
      sasl: user,
    });
  });

  it('reads secrets from files', () => {
    const files = {
      KAFKA_SSL_CA_FILE: path('ca.crt'),
      KAFKA_SSL_CERT_FILE: path('own.crt'),
      KAFKA_SSL_KEY_FILE: path('own.key'),
    };
    const { tls } = read({ KAFKA_SECURITY_PROTOCOL: 'SSL', ...files });
    expect(tls).toEqual({ ca: ca.trimEnd(), cert: own.cert.trimEnd(), key: own.key.trimEnd() });
  });

  it.each([
    [{ KAFKA_BROKERS: 'a' }, 'KAFKA_BROKERS: must be host:port, several separated by commas'],
    [{ KAFKA_SECURITY_PROTOCOL: 'TLS' }, 'KAFKA_SECURITY_PROTOCOL: '],
    [sasl, 'KAFKA_SASL_MECHANISM is set, but KAFKA_SECURITY_PROTOCOL PLAINTEXT does not use it'],
    [{ KAFKA_SSL_CA: 'x' }, 'KAFKA_SSL_CA is set, but KAFKA_SECURITY_PROTOCOL PLAINTEXT does not use it'],
    [
      { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...sasl, KAFKA_SASL_PASSWORD: '' },
      'KAFKA_SASL_PASSWORD is not set, but KAFKA_SECURITY_PROTOCOL SASL_SSL needs it',
    ],
    [{ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', ...sasl, KAFKA_SASL_MECHANISM: 'GSSAPI' }, 'KAFKA_SASL_MECHANISM: '],
    [{ KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: 'no PEM' }, 'KAFKA_SSL_CA contains no certificate in PEM'],
  ])('is refused with the name of the variable: %j', (env, message) => {
    expect(errorOf(() => read(env))).toContain(message);
  });

  it('is refused if a certificate or its key is missing, or they do not match', () => {
    const refused = (env: NodeJS.ProcessEnv) => errorOf(() => read({ KAFKA_SECURITY_PROTOCOL: 'SSL', ...env }));
    expect(refused({ KAFKA_SSL_CERT: own.cert })).toBe('KAFKA_SSL_KEY must be set too, because KAFKA_SSL_CERT is set');
    expect(refused({ KAFKA_SSL_KEY: own.key })).toBe('KAFKA_SSL_CERT must be set too, because KAFKA_SSL_KEY is set');
    expect(refused({ KAFKA_SSL_CERT: own.cert, KAFKA_SSL_KEY: other.key })).toMatch(
      /^KAFKA_SSL_KEY is not a private key/,
    );
  });
});
