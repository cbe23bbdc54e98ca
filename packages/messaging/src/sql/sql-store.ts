/**
 * The store on PostgreSQL. A batch costs a handful of statements whatever its size, and two round trips. The first
 * sends BEGIN, the statement that locks the accounts in id order, and the reads. The second sends the writes and
 * COMMIT. A third is necessary only if the first reads show that more must be read (see `readBeside`).
 *
 * The lock order is the same everywhere: accounts, then keys, then new accounts, then external_ids, each sorted.
 *
 * A customer who isn't known yet has no row to lock. Its account is inserted with the batch. If another transaction has
 * inserted the row in the meantime, that is a conflict, and the batch runs again on the row of that transaction.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { Database } from '@mo/database';
import { inTransaction, run, type Sql, type Statement, sqlOf } from '@mo/database';
import type { Account, Progress } from '../protocol/account.ts';
import type { Command, CustomerRef } from '../protocol/command.ts';
import {
  type BatchChanges,
  type BatchRequest,
  type BatchState,
  LOCK_WAIT_MS_MAX,
  type LockWait,
  type Store,
  type StoreTransaction,
} from '../protocol/store.ts';
import { answerStatements, isKeyUsed, readAnswers } from './answers.ts';
import { type ProgressRow, progressColumns, readProgress } from './columns.ts';
import { appendStatements } from './journal.ts';
import { quarantineEnds, quarantineStatements } from './quarantine.ts';

/** The store's interface to a service's own tables. */
export interface AccountTables<A extends Account> {
  /** The table of accounts: locks on its rows serialise customers, and its columns hold their progress. */
  readonly table: string;
  readonly follows: readonly Stream[];
  /** SQL for customers' ids by external_ids `$1::text[]`, as rows (customer_id). */
  readonly byExternalId: string;
  /** Locks the accounts in id order and reads their rows. */
  lock(sql: Sql, customerIds: readonly number[], externalIds: readonly string[]): Promise<A[]>;
  /** The initial account of a customer without a row, if followed events may create accounts; else null. */
  unknown(customerId: number): A | null;
  /**
   * Reads data that decisions and events need in addition to the rows. Sent after the locks; reads once more if the
   * first result shows that more is needed. Returns a function that completes an account.
   */
  readBeside(sql: Sql, commands: readonly Command<A>[], events: readonly StreamEvent[]): Promise<(account: A) => A>;
  /** The table of the entities that commands create; commands claim its external_ids. */
  readonly made: string;
  /** The sequence of its ids. */
  readonly idSequence: string;
  /** The statements that write accounts and their data. Accounts without a row (null `before`) are inserted by id. */
  save(changes: BatchChanges<A>): Statement[];
}

/** Receives what the store reports, for metrics. */
export interface StoreObserver {
  /** A transaction was committed, and wrote these own events. */
  committed(seconds: number, written: readonly StreamEvent[]): void;
  /** A transaction wrote nothing. */
  failed(error: unknown): void;
}

export class SqlStore<A extends Account> implements Store<A> {
  readonly #database: Database;
  readonly #tables: AccountTables<A>;
  readonly #observer: StoreObserver | undefined;

  constructor(database: Database, tables: AccountTables<A>, observer?: StoreObserver) {
    this.#database = database;
    this.#tables = tables;
    this.#observer = observer;
  }

  async transaction<T>(
    work: (transaction: StoreTransaction<A>) => Promise<T>,
    lockWait: LockWait = 'batch',
  ): Promise<T> {
    const beganMs = performance.now();
    let written: readonly StreamEvent[] = [];
    const found: Found<A> = { unknown: new Map(), outdated: [] };
    try {
      const result = await inTransaction(
        this.#database,
        (sql) =>
          work({
            open: (request, nowMs) => this.#open(sql, request, nowMs, found),
            save: (changes) => {
              written = changes.written;
              sql.atEnd(this.#writes(changes, found));
            },
          }),
        { readsFirst: true, lockWaitMsMax: LOCK_WAIT_MS_MAX[lockWait] },
      );
      this.#observer?.committed((performance.now() - beganMs) / 1_000, written);
      return result;
    } catch (error) {
      this.#observer?.failed(error);
      throw error;
    }
  }

  async progress({ customerId, externalId }: CustomerRef): Promise<Progress | null> {
    const { table, follows, byExternalId } = this.#tables;
    const condition = customerId === undefined ? `customer_id IN (${byExternalId})` : 'customer_id = $1';
    const text = `SELECT customer_id, ${progressColumns(follows, table)} FROM ${table} WHERE ${condition}`;
    const [row] = await run<ProgressRow>(sqlOf(this.#database), text, [customerId ?? [externalId]]);
    return row === undefined ? null : { customerId: Number(row.customer_id), ...readProgress(follows, row) };
  }

  isKeyUsed(keyId: Buffer, nowMs: number): Promise<boolean> {
    return isKeyUsed(sqlOf(this.#database), keyId, nowMs);
  }

  /** @param found receives the findings that the writes depend on */
  async #open(
    sql: Sql,
    { commands, events, quarantined }: BatchRequest<A>,
    nowMs: number,
    found: Found<A>,
  ): Promise<BatchState<A>> {
    const tables = this.#tables;
    const waitingIds = quarantined.flatMap(({ customerId }) => customerId ?? []);
    const eventIds = new Set([...events.map((event) => event.customer_id), ...waitingIds]);
    const ids = new Set([...eventIds, ...commands.flatMap(({ customer }) => customer.customerId ?? [])]);
    const names = new Set(commands.flatMap(({ customer }) => customer.externalId ?? []));
    const claims = [...new Set(commands.flatMap(({ claims: name }) => name ?? []))];
    const hasAny = ids.size + names.size > 0;
    const [accounts, complete, answers, taken, newOnes] = await Promise.all([
      hasAny ? tables.lock(sql, sorted(ids), [...names]) : [],
      hasAny ? tables.readBeside(sql, commands, events) : (account: A) => account,
      readAnswers(sql, commands, nowMs),
      takenOf(sql, tables.made, claims),
      idsOf(sql, tables.idSequence, commands.length),
    ]);
    for (const id of eventIds.difference(new Set(accounts.map((account) => account.customerId)))) {
      const account = tables.unknown(id);
      if (account !== null) found.unknown.set(id, account);
    }
    found.outdated.push(...answers.outdated);
    return {
      accounts: new Map([
        ...accounts.map((account) => [account.customerId, complete(account)] as const),
        ...found.unknown,
      ]),
      answers: answers.kept,
      taken: new Set(taken),
      ids: newOnes,
    };
  }

  #writes(changes: BatchChanges<A>, { unknown, outdated }: Found<A>): Statement[] {
    const accounts = changes.accounts.map((change) => rowOf(change, unknown));
    return [
      ...answerStatements(changes.answers, outdated, changes.nowMs),
      ...this.#tables.save({ ...changes, accounts }),
      ...appendStatements(changes.written),
      ...quarantineEnds(accounts),
      ...quarantineStatements(changes.quarantined, changes.nowMs),
    ];
  }
}

/** Findings of a transaction's reads that its writes depend on. */
interface Found<A extends Account> {
  /** The accounts that have no row. */
  readonly unknown: Map<number, A>;
  /** The ids of keys whose answers have expired. */
  readonly outdated: Buffer[];
}

type Change<A extends Account> = BatchChanges<A>['accounts'][number];

/** A change as the tables see it: `before` is null if there was no row. */
const rowOf = <A extends Account>({ before, after }: Change<A>, unknown: ReadonlyMap<number, A>): Change<A> => ({
  before: unknown.has(after.customerId) ? null : before,
  after,
});

/** New ids from a sequence, rising. */
export async function idsOf(sql: Sql, sequence: string, count: number): Promise<number[]> {
  if (count === 0) return [];
  const text = `SELECT nextval('${sequence}') AS id FROM generate_series(1, $1)`;
  return (await run<{ id: string }>(sql, text, [count])).map((row) => Number(row.id));
}

async function takenOf(sql: Sql, table: string, externalIds: readonly string[]): Promise<string[]> {
  if (externalIds.length === 0) return [];
  const text = `SELECT external_id FROM ${table} WHERE external_id = ANY($1::text[])`;
  return (await run<{ external_id: string }>(sql, text, [externalIds])).map((row) => row.external_id);
}

const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);
