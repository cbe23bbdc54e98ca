/**
 * Rebuild: a customer's rows in one service are deleted and written again from the streams, in one transaction under
 * the account's lock, while the service is in use. Nothing is emitted; all times and the order come from the events.
 *
 * The account keeps its applied versions as far as the journals confirm them. If its row is lost, followed streams are
 * replayed as far as the own journal contains their effects; from there the service follows as usual.
 */
import type { SeenVersions, Stream, StreamEvent } from '@mo/contracts';
import type { Database } from '@mo/database';
import { arrayRows, column, columnNames, inTransaction, run, type Sql } from '@mo/database';
import { type Account, appliedOf } from '../protocol/account.ts';
import { compareTables, type Difference } from './difference.ts';
import { replayHistory } from './history.ts';
import { type Audited, type ImageRow, type ImageRows, type ImageTable, madeRows } from './image.ts';
import { journalFaults, readEntries, soundEvents } from './journal-entries.ts';
import { type CustomerRows, NO_ROWS, readSnapshot } from './snapshot.ts';
import { inTurns } from './turns.ts';

/** A customer's rows can't be derived from the journals, because the journals are broken. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
}

/**
 * Rebuilds a customer's rows.
 *
 * @param read the events of a followed stream, up to the owner's head at the time of the call
 * @returns the differences before the rebuild
 * @throws RebuildError if the journals are broken; nothing has changed in that case
 */
export function rebuildCustomer<A extends Account>(
  database: Database,
  audited: Audited<A>,
  customerId: number,
  read: (stream: Stream) => Promise<readonly StreamEvent[]>,
): Promise<Difference[]> {
  const { model, tables, progressTable } = audited;
  return inTransaction(database, async (sql) => {
    const isLost = await lockOrCreate(sql, audited, customerId);
    const { tables: found, quarantined } = await rowsOf(sql, audited, customerId);
    const before = isLost && audited.create !== null ? { ...found, [progressTable]: [] } : found;
    const own = (await readEntries(sql, model.stream, [customerId])).get(customerId) ?? [];
    const [fault] = await inTurns(journalFaults(model.stream, customerId, own));
    if (fault !== undefined) throw new RebuildError(`journal version ${fault.version}: ${fault.text}`);
    const followed: Partial<Record<Stream, readonly StreamEvent[]>> = {};
    for (const stream of model.follows) followed[stream] = await read(stream);
    const heads = headsOf(followed);
    const row = before[progressTable]?.[0];
    const stored = (what: 'applied' | 'behind', known: SeenVersions) =>
      row === undefined ? known : each(Math.min, known, storedVersions(model.follows, row, what));
    const history = { own: soundEvents(own), followed };
    const replay = replayHistory(audited, customerId, history, stored('applied', heads), true);
    const { account, image, faults } = await inTurns(replay);
    if (faults[0] !== undefined) throw new RebuildError(faults[0]);
    const behind = above(stored('behind', each(Math.max, heads, quarantined)), account.applied);
    const isMade = Object.values({ ...heads, ...behind }).some((version) => version > 0);
    const isKnown = own.length > 0 || (audited.create !== null && isMade);
    const expected = isKnown ? madeRows(image.rows({ ...account, behind })) : {};
    await replace(sql, tables, customerId, expected);
    await endQuarantineOf(sql, model.follows, account);
    // A row may be missing because nothing has been followed yet, which is not a difference.
    if (isLost && own.length === 0) return [];
    const differences = await inTurns(compareTables(tables, before, expected));
    return differences.map((difference) => ({
      customerId,
      service: model.stream,
      ...difference,
    }));
  });
}

/**
 * Locks the account, so that data read afterwards can't change. Creates a missing row, so that it can be locked.
 *
 * @returns whether the row was missing
 */
async function lockOrCreate<A extends Account>(sql: Sql, audited: Audited<A>, customerId: number): Promise<boolean> {
  if (await lock(sql, audited, customerId)) return false;
  if (audited.create === null) return true;
  const isMade = (await run(sql, `${audited.create} RETURNING 1`, [customerId])).length > 0;
  await lock(sql, audited, customerId);
  return isMade;
}

/** Locks the account's rows. Returns whether all of them exist. */
async function lock<A extends Account>(sql: Sql, { tables }: Audited<A>, customerId: number): Promise<boolean> {
  let isThere = true;
  for (const { name, customerColumn } of tables.filter((table) => table.isAccount)) {
    const text = `SELECT 1 FROM ${name} WHERE ${customerColumn} = $1 FOR NO KEY UPDATE`;
    isThere = (await run(sql, text, [customerId])).length > 0 && isThere;
  }
  return isThere;
}

async function rowsOf<A extends Account>(sql: Sql, audited: Audited<A>, customerId: number): Promise<CustomerRows> {
  const { customers } = await readSnapshot(sql, audited, [customerId]);
  return customers.get(customerId) ?? NO_ROWS;
}

/**
 * Deletes children before their parents and inserts them after. An account's row is updated in place, because other
 * transactions wait for its lock.
 */
async function replace(sql: Sql, tables: readonly ImageTable[], customerId: number, rows: ImageRows): Promise<void> {
  for (const table of tables.toReversed()) {
    const own = rows[table.name] ?? [];
    if (table.isAccount && own.length > 0) continue;
    const keys = namesCustomer(table) ? [] : table.key.map((name) => column(own, (row) => row[name]));
    await run(sql, deletion(table), [customerId, ...keys]);
  }
  for (const table of tables) {
    const own = rows[table.name] ?? [];
    const names = Object.keys(table.columns);
    if (own.length > 0)
      await run(
        sql,
        insertion(table),
        names.map((name) => column(own, (row: ImageRow) => row[name] ?? null)),
      );
  }
}

/** Ends the quarantine of events that the account has applied. */
async function endQuarantineOf(sql: Sql, follows: readonly Stream[], account: Account): Promise<void> {
  const text = 'DELETE FROM quarantine WHERE stream = $1 AND customer_id = $2 AND version <= $3';
  for (const stream of follows) await run(sql, text, [stream, account.customerId, appliedOf(account, stream)]);
}

/** Whether a row's key includes its customer, so that no other customer's row can have the same key. */
const namesCustomer = ({ key, customerColumn }: ImageTable): boolean =>
  customerColumn !== null && key.includes(customerColumn);

/** Deletes the customer's rows, and other customers' rows that have the key of an expected row. */
function deletion(table: ImageTable): string {
  const { name, from, customer, columns, key } = table;
  const own = `SELECT t.ctid AS id FROM ${from} WHERE ${customer} = $1`;
  if (namesCustomer(table)) return `DELETE FROM ${name} d USING (${own}) gone WHERE d.ctid = gone.id`;
  const keys = Object.fromEntries(key.map((keyColumn) => [keyColumn, columns[keyColumn] as string]));
  return `DELETE FROM ${name} d USING (
      ${own}
      UNION SELECT t.ctid FROM ${name} t JOIN (${arrayRows(keys, 2)}) AS own USING (${columnNames(keys)})
    ) gone WHERE d.ctid = gone.id`;
}

function insertion({ name, columns, computed = {}, key, isAccount }: ImageTable): string {
  const names = [...Object.keys(columns), ...Object.keys(computed)];
  const updates = names.filter((other) => !key.includes(other)).map((other) => `${other} = excluded.${other}`);
  const conflict = isAccount ? ` ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${updates.join(', ')}` : '';
  const values = ['*', ...Object.values(computed)].join(', ');
  return `INSERT INTO ${name} (${names.join(', ')}) SELECT ${values} FROM (${arrayRows(columns)}) AS new${conflict}`;
}

const headsOf = (followed: Partial<Record<Stream, readonly StreamEvent[]>>): SeenVersions =>
  Object.fromEntries(Object.entries(followed).map(([stream, events]) => [stream, events.length]));

function storedVersions(follows: readonly Stream[], row: ImageRow, what: 'applied' | 'behind'): SeenVersions {
  return Object.fromEntries(follows.map((stream) => [stream, Number(row[`${stream}_${what}`])]));
}

/** Of each stream, the lower (or higher) one of two versions. */
const each = (pick: (...two: number[]) => number, heads: SeenVersions, others: SeenVersions): SeenVersions =>
  Object.fromEntries(
    (Object.entries(heads) as [Stream, number][]).map(([stream, head]) => [stream, pick(head, others[stream] ?? 0)]),
  );

const above = (versions: SeenVersions, applied: SeenVersions): SeenVersions =>
  Object.fromEntries(
    (Object.entries(versions) as [Stream, number][]).filter(([stream, version]) => version > (applied[stream] ?? 0)),
  );
