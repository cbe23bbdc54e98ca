/** Pages of the audit log, and what they cost where it is long. */
import { type Database, migrateFirst, run, sqlOf } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { createLogger } from '@mo/service-kit';
import { type AuditPlace, type AuditRow, AuditTable, type AuditWanted, auditPage } from '../src/audit/audit-table.ts';
import { indexes, migrations } from '../src/store/migrations/index.ts';
import { openPlainDatabase } from './support.ts';

const ENTRIES = 60_000;
const SECOND_MS = 1_000;
const FIRST_MS = Date.parse('2026-01-01T00:00:00Z');
/** Some more than 51 entries are on, each on a page of its own. */
const PAGES_READ_MAX = 120;

let database: Database;
let table: AuditTable;
beforeAll(async () => {
  const { gateway: url } = await testServers().createDatabases('audit');
  await migrateFirst('gateway', { url }, { migrations, indexes }, createLogger('test', 'silent'));
  database = await openPlainDatabase(url);
  table = new AuditTable(database);
  await run(
    sqlOf(database),
    `INSERT INTO audit_log (at, caller, operation, method, path, status, address, request_id)
      SELECT timestamptz '2026-01-01T00:00:00Z' + make_interval(secs => n), CASE WHEN n = 10 THEN 'rare' ELSE 'caller-' || n % 3 END, 'takeLoan', 'POST', '/', 201, '', ''
      FROM generate_series(1, ${ENTRIES}) AS n`,
  );
  await run(sqlOf(database), 'VACUUM ANALYZE audit_log');
});
afterAll(() => database?.close());

const at = (second: number): Date => new Date(FIRST_MS + second * SECOND_MS);
const secondOf = ({ at: time }: AuditRow): number => (new Date(time).getTime() - FIRST_MS) / SECOND_MS;

const questions = (): AuditWanted[] => [
  { limit: 50 },
  { caller: 'caller-1', limit: 50 },
  { caller: 'rare', limit: 50 },
  { caller: 'nobody', limit: 50 },
  { to: at(ENTRIES / 2), limit: 50 },
  { from: at(ENTRIES - 60), limit: 50 },
  { from: at(1_000), to: at(1_100), limit: 50 },
  { caller: 'caller-1', to: at(ENTRIES / 2), limit: 50 },
  { caller: 'rare', to: at(ENTRIES / 2), limit: 50 },
  { caller: 'caller-1', from: at(1_000), to: at(2_000), before: { atMs: at(1_500).getTime(), id: 1 }, limit: 50 },
];

async function pagesRead(wanted: AuditWanted): Promise<number> {
  type Plans = [{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }];
  const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${auditPage(wanted)}`;
  const [{ 'QUERY PLAN': plans }] = (await run(sqlOf(database), explain)) as Plans;
  return (plans[0].Plan['Shared Hit Blocks'] ?? 0) + (plans[0].Plan['Shared Read Blocks'] ?? 0);
}

it('each page is found directly, however long the log is', async () => {
  const [{ pages }] = (await run(
    sqlOf(database),
    "SELECT relpages AS pages FROM pg_class WHERE relname = 'audit_log'",
  )) as [{ pages: number }];
  expect(pages).toBeGreaterThan(5 * PAGES_READ_MAX);
  const read: number[] = [];
  for (const wanted of questions()) read.push(await pagesRead(wanted));
  expect(read.filter((each) => each > PAGES_READ_MAX)).toEqual([]);
});

it('an entry costs no index that no page needs', async () => {
  const text = "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'audit_log' ORDER BY 1";
  const names = (await run<{ name: string }>(sqlOf(database), text)).map(({ name }) => name);
  expect(names).toEqual(['audit_log_by_time', 'audit_log_of_caller', 'audit_log_pkey']);
});

it('pages follow each other without a gap, also within a millisecond and for what was written late', async () => {
  const sql = sqlOf(database);
  const rows =
    'SELECT $1::timestamptz, caller, operation, method, path, status, address, request_id FROM audit_log WHERE id = 1';
  for (const second of [30_000, 30_000, 30_001, 29_999])
    await run(sql, `INSERT INTO audit_log (at, caller, operation, method, path, status, address, request_id) ${rows}`, [
      at(second).toISOString(),
    ]);
  const seen: AuditRow[] = [];
  for (let before: AuditPlace | undefined; ; ) {
    const page = await table.list({ from: at(29_990), to: at(30_010), before, limit: 4 });
    seen.push(...page.slice(0, 4));
    const last = seen.at(-1);
    if (page.length <= 4 || last === undefined) break;
    before = { atMs: new Date(last.at).getTime(), id: Number(last.id) };
  }
  expect(seen).toHaveLength(21 + 4);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  expect(seen.map(secondOf)).toEqual(seen.map(secondOf).toSorted((a, b) => b - a));
});
