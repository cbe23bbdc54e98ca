import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { waitFor } from '@mo/dev-stack/wait-for';
import { ConfigError, createRegistry, REMIND_MS } from '../src/index.ts';
import { type Authority, forgetIdentities, identityDir, makeAuthority, openFrom, writeIdentity } from './identities.ts';

const CHECK_EVERY_MS = 1;
const DAY_MS = 24 * 3_600_000;

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
afterEach(forgetIdentities);

it('is read from the folder, with the expiry of its certificate', async () => {
  const dir = await identityDir(authority, 'loans');
  const registry = createRegistry('test');
  const { identity } = openFrom(dir, 'loans');
  identity.watch(registry);
  expect(identity.towards('payments')).toEqual({ ...identity.credentials, servername: 'payments' });
  expect(identity.credentials).toMatchObject({ ca: authority.ca, minVersion: 'TLSv1.3' });
  expect(identity.expiresAtMs / DAY_MS).toBeGreaterThan(Date.now() / DAY_MS + 300);
  expect(await registry.getSingleMetricAsString('mo_certificate_expiry_timestamp_seconds')).toContain(
    ` ${identity.expiresAtMs / 1_000}`,
  );
});

describe('an unusable identity is refused at the start, with the reason', () => {
  const NAME = 'loans.mo.internal';
  const cases: [string, string, (dir: string) => Promise<void> | void][] = [
    ['no authority', 'ca.crt cannot be read (ENOENT', (dir) => rmSync(join(dir, 'ca.crt'))],
    ['no key', 'tls.key cannot be read (ENOENT', (dir) => rmSync(join(dir, 'tls.key'))],
    ['an authority that is none', 'ca.crt contains no certificate in PEM', (dir) => writeIdentity(dir, { ca: 'x' })],
    ['a certificate that is none', 'tls.crt contains no certificate', (dir) => writeIdentity(dir, { cert: '' })],
    [
      "another's key",
      'tls.key is not a private key in PEM that belongs to the certificate',
      async (dir) => writeIdentity(dir, { key: (await authority.certify(NAME)).key }),
    ],
    [
      "another's certificate",
      'tls.crt does not contain the DNS name loans.mo.internal',
      async (dir) => writeIdentity(dir, await authority.certify('payments')),
    ],
    [
      'a name that is only its subject',
      'tls.crt does not contain the DNS name loans.mo.internal',
      async (dir) => writeIdentity(dir, await authority.certify(NAME, ['10.0.0.1'])),
    ],
    [
      'a wildcard',
      'tls.crt does not contain the DNS name loans.mo.internal',
      async (dir) => writeIdentity(dir, await authority.certify(NAME, ['*.mo.internal'])),
    ],
    [
      'a certificate of yesterday',
      'tls.crt expired on ',
      async (dir) => writeIdentity(dir, await authority.certify(NAME, [NAME], new Date(Date.now() - 1_000))),
    ],
  ];
  it.each(cases)('%s', async (_what, message, change) => {
    const dir = await identityDir(authority, NAME);
    await change(dir);
    const start = () => openFrom(dir, NAME);
    expect(start).toThrow(ConfigError);
    expect(start).toThrow(`IDENTITY_DIR: ${message}`);
  });
});

describe('renewal', () => {
  afterEach(() => void jest.useRealTimers());

  it('is noticed, and passed to listeners', async () => {
    const dir = await identityDir(authority, 'loans');
    const { identity, log } = openFrom(dir, 'loans', CHECK_EVERY_MS);
    const before = identity.credentials.cert;
    let told = 0;
    identity.onRenewed(() => {
      told += 1;
    });
    const renewed = await authority.certify('loans');
    writeIdentity(dir, renewed);
    await waitFor(() => told > 0);
    expect(identity.credentials).toMatchObject(renewed);
    expect(renewed.cert).not.toBe(before);
    expect(log.lines().map(({ msg }) => msg)).toContain('the certificate was renewed');
  });

  it('by an unusable certificate changes nothing, and is logged at once and once a minute', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const dir = await identityDir(authority, 'loans');
    const { identity, log } = openFrom(dir, 'loans', REMIND_MS / 4);
    const before = identity.credentials;
    let told = 0;
    identity.onRenewed(() => {
      told += 1;
    });
    const renewed = await authority.certify('loans');
    writeIdentity(dir, { key: renewed.key });
    const warnings = () => log.lines().filter(({ level }) => level === 'warn');
    jest.advanceTimersByTime(REMIND_MS);
    expect([identity.credentials, told, warnings().length]).toEqual([before, 0, 1]);
    const message = expect.stringContaining('tls.key is not a private key');
    expect(warnings()[0]).toMatchObject({ err: { message } });
    jest.advanceTimersByTime(REMIND_MS);
    expect(warnings()).toHaveLength(2);
    writeIdentity(dir, renewed);
    jest.advanceTimersByTime(REMIND_MS / 4);
    expect([identity.credentials, told]).toEqual([expect.objectContaining(renewed), 1]);
    const informed = log.lines().filter(({ level }) => level === 'info');
    expect(informed.map(({ msg }) => msg)).toEqual(['the certificate was renewed', 'background work succeeds again']);
  });
});
