/** What the gateway deletes from its own database, and what it keeps. */
import { jest } from '@jest/globals';
import { type Database, run, sqlOf } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { createLogger, createRegistry } from '@mo/service-kit';
import { openStore, type Store } from '../src/store/open-store.ts';
import { openPlainDatabase, until } from './support.ts';

const AUDIT_DAYS = 400;
const INTERVAL_MS = 600_000;
/** Only the intervals of the housekeeping. */
const REAL_TIMERS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

let database: Database;
let store: Store;
beforeAll(async () => {
  jest.useFakeTimers({ doNotFake: [...REAL_TIMERS] });
  const { gateway: url } = await testServers().createDatabases('housekeeping');
  const limits = { auditDays: AUDIT_DAYS, rateTimeoutMs: 30_000 };
  store = await openStore({ url }, limits, createLogger('test', 'silent'), createRegistry('test'));
  await store.prepare();
  database = await openPlainDatabase(url);
});
afterAll(async () => {
  await store?.close();
  await database?.close();
  jest.useRealTimers();
});

it('entries of the audit log and buckets of rates are deleted once they are too old, and no sooner', async () => {
  const sql = sqlOf(database);
  await run(
    sql,
    `INSERT INTO audit_log (at, caller, operation, method, path, status, address, request_id)
      SELECT now() - make_interval(days => days), 'shop', 'takeLoan', 'POST', '/', 201, '', days::text
      FROM unnest($1::int[]) AS days`,
    [[0, AUDIT_DAYS - 1, AUDIT_DAYS + 1, 2 * AUDIT_DAYS]],
  );
  await run(
    sql,
    `INSERT INTO rate_buckets (bucket, tokens, drawn, filled_at)
      SELECT sha256(days::text::bytea), 1, 0, now() - make_interval(days => days) FROM unnest($1::int[]) AS days`,
    [[0, 11, 13]],
  );
  const daysKept = async () => {
    const rows = await run<{ days: string }>(sql, 'SELECT request_id AS days FROM audit_log ORDER BY at DESC');
    return rows.map(({ days }) => Number(days));
  };
  jest.advanceTimersByTime(INTERVAL_MS);
  // The log comes last.
  await until(async () => (await daysKept()).length <= 2, 'old entries are deleted');
  expect(await daysKept()).toEqual([0, AUDIT_DAYS - 1]);
  expect(await run(sql, 'SELECT 1 FROM rate_buckets')).toHaveLength(2);
});
