/** What fails again and again is logged at once and once a minute, and so is its end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createLogger, createRegistry, REMIND_MS } from '@mo/service-kit';
import { AuditTrail } from '../src/audit/audit-trail.ts';
import { watchStaticKeys } from '../src/keys/static-keys.ts';
import { StoredKeys } from '../src/keys/stored-keys.ts';
import { Preparation } from '../src/store/preparation.ts';
import { AccessTokens } from '../src/tokens/access-tokens.ts';
import { KEY_DIGEST, until } from './support.ts';

const OVER = 'info background work succeeds again';

/** A logger, and the level and text of each line that it was given. */
function notedLines() {
  const lines: string[] = [];
  const logger = createLogger('gateway', 'debug', {
    write: (line) => {
      const { level, msg } = JSON.parse(line) as { level: string; msg: string };
      lines.push(`${level} ${msg}`);
    },
  });
  return { logger, lines };
}

/** A connection to a database that a test restores. */
function away() {
  const world = { isAway: true, attempts: 0 };
  const reach = async () => {
    world.attempts += 1;
    if (world.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  return { world, reach };
}

/** Lets the database be away for these attempts. */
async function returnAfter(attempts: number, world: ReturnType<typeof away>['world']): Promise<void> {
  await until(() => world.attempts >= attempts, `it was tried ${attempts} times`);
  world.isAway = false;
}

it.concurrent.each(['newIds', 'write'])('an audit log that cannot be written, because of %s', async (failing) => {
  const { logger, lines } = notedLines();
  const { world, reach } = away();
  const table = { newIds: async () => ['1'], write: async () => {} };
  const failingTable = { ...table, [failing]: () => reach().then(() => ['1']) };
  const trail = new AuditTrail(failingTable as never, logger, createRegistry('test'));
  trail.note({} as never);
  await returnAfter(2, world);
  await until(() => lines.includes(OVER), 'it is written');
  await trail.close();
  const failed = 'the audit log cannot be written';
  expect(lines).toEqual([`warn ${failed}`, ...Array(lines.length - 2).fill(`debug ${failed}`), OVER]);
  expect(lines.length).toBeGreaterThan(2);
});

it.concurrent('a database of API keys that cannot be queried', async () => {
  const { logger, lines } = notedLines();
  const { world, reach } = away();
  world.isAway = false;
  const version = async () => {
    await reach();
    return 1;
  };
  const keys = new StoredKeys({ version, usable: async () => [] } as never, () => {}, logger, createRegistry('test'));
  await keys.start();
  world.isAway = true;
  await returnAfter(world.attempts + 2, world);
  await until(() => lines.includes(OVER), 'the keys are read');
  await keys.close();
  const failed = 'the database of API keys cannot be queried';
  expect(lines).toEqual([`warn ${failed}`, ...Array(lines.length - 2).fill(`debug ${failed}`), OVER]);
  expect(lines.length).toBeGreaterThan(2);
});

it.concurrent('uses of keys that cannot be stored, although the keys can be read', async () => {
  const { logger, lines } = notedLines();
  const { world, reach } = away();
  const store = { version: async () => 1, usable: async () => [], noteUses: reach };
  const keys = new StoredKeys(store as never, () => {}, logger, createRegistry('test'));
  await keys.start();
  keys.used(1);
  await returnAfter(2, world);
  await until(() => lines.includes(OVER), 'they are stored');
  await keys.close();
  const failed = 'the last uses of API keys cannot be stored';
  expect(lines).toEqual([`warn ${failed}`, ...Array(lines.length - 2).fill(`debug ${failed}`), OVER]);
  expect(lines.length).toBeGreaterThan(2);
});

it.concurrent('a store that cannot be prepared', async () => {
  const { logger, lines } = notedLines();
  const { world, reach } = away();
  const preparation = new Preparation(reach, logger);
  await preparation.start();
  await returnAfter(3, world);
  await until(() => preparation.missing === null, 'it is prepared');
  await preparation.close();
  const failed = 'the API keys in the database are not read yet';
  expect(lines).toEqual([
    'warn the gateway starts without its database: unknown API keys are answered with 503',
    `warn ${failed}`,
    ...Array(lines.length - 3).fill(`debug ${failed}`),
    'info the database is there, and the API keys are read',
  ]);
  expect(lines.length).toBeGreaterThan(3);
});

describe('a file of API keys that cannot be', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mo-keys-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => void jest.useRealTimers());

  const reloaded = 'info reloaded the API keys';
  const unread = 'error the API keys cannot be used: the previous keys stay valid';
  const leftOut = 'warn some lines of the API keys are not valid: they are left out';
  it.each<[string, (file: string) => void, string[]]>([
    ['read, because it is gone', (file) => rmSync(file), [unread, unread, OVER, reloaded]],
    ['used, because it is invalid', (file) => writeFileSync(file, 'nonsense'), [unread, unread, reloaded, OVER]],
    [
      'used as a whole, because a line is invalid',
      (file) => writeFileSync(file, `nonsense\nshop:${KEY_DIGEST}`),
      [reloaded, leftOut, leftOut, reloaded, OVER],
    ],
  ])('%s', (_why, spoil, expected) => {
    jest.useFakeTimers();
    const { logger, lines } = notedLines();
    const file = join(folder, 'keys');
    writeFileSync(file, `shop:${KEY_DIGEST}`);
    const close = watchStaticKeys({ file }, false, () => {}, logger);
    spoil(file);
    jest.advanceTimersByTime(1.5 * REMIND_MS);
    writeFileSync(file, `ops:${KEY_DIGEST}`);
    jest.advanceTimersByTime(REMIND_MS);
    close();
    expect(lines.filter((line) => !line.startsWith('debug'))).toEqual(expected);
  });
});

it('keys of an OpenID provider that cannot be fetched are left to the line of each refused request', async () => {
  const { logger, lines } = notedLines();
  const settings = { issuer: 'http://127.0.0.1:1', audience: 'mo', jwksUrl: 'http://127.0.0.1:1/', rate: null };
  const tokens = new AccessTokens(settings, 10_000, () => ({}) as never, logger);
  const token = `${Buffer.from('{"alg":"ES256","kid":"1"}').toString('base64url')}.e30.AAAA`;
  const refused = { code: 'unavailable', cause: expect.anything() };
  await expect(tokens.find(token)).rejects.toMatchObject(refused);
  expect(lines).toEqual(['info found the keys of the OpenID provider']);
});
