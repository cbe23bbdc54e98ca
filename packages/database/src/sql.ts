/**
 * How statements run: on any free connection, or on one connection within a transaction. They go directly to the pool
 * that MikroORM opened: for a batch of a dozen statements, its query builder would cost more than the decisions of the
 * batch.
 */
import { StoreBusyError, StoreConflictError, StoreRefusalError } from '@mo/service-kit';
import pg, { type Pool, type PoolClient, type QueryResult } from 'pg';
import type { Database } from './database.ts';
import { isBusy, sqlState } from './outage.ts';
import { writable } from './parameters.ts';
import { PreparingClient } from './preparing-client.ts';
import { type Outcome, Together } from './together.ts';

/** Any free connection, or a transaction on one. */
export interface Sql {
  query<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]>;
}

/** The SQL text, and the values of its parameters $1, $2 … */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export interface TransactionSql extends Sql {
  /**
   * Sends statements together with COMMIT once the work is done, so that the last writes need no round trip of their
   * own. If the work fails, they are not sent. If one of them fails, the transaction fails.
   */
  atEnd(statements: readonly Statement[]): void;
}

const outside = new WeakMap<Database, Sql>();

/** Any free connection, outside a transaction. */
export function sqlOf(database: Database): Sql {
  let sql = outside.get(database);
  if (sql === undefined) {
    sql = new AnyConnection(database);
    outside.set(database, sql);
  }
  return sql;
}

/** A value as a literal, for a statement that is planned for this value and not prepared. */
export const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : pg.escapeLiteral(value);

/** Runs one statement with $1, $2 … bound. @returns its rows */
export function run<Row>(sql: Sql, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  return sql.query<Row>(text, parameters);
}

/** Sends statements together; they run in the given order. */
export async function runAll(sql: Sql, statements: readonly Statement[]): Promise<void> {
  await Promise.all(statements.map(({ text, parameters }) => run(sql, text, parameters)));
}

class AnyConnection implements Sql {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async query<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> {
    const pool = await poolOf(this.#database);
    const { rows } = await pool.query(text, writable({ text, parameters }));
    return rows as Row[];
  }
}

export const poolOf = (database: Database): Promise<Pool> => database.em.getDriver().getConnection().getNativeClient();

interface Sent extends Statement {
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A connection from BEGIN to the end of its transaction. Statements started in one event-loop turn are sent together.
 */
class Transaction implements TransactionSql {
  readonly #client: PoolClient;
  readonly #begun: Promise<unknown>;
  readonly #last: Statement[] = [];
  readonly #unsent: Sent[] = [];
  #failure: unknown;
  #isOver = false;

  constructor(client: PoolClient, begin: string, lockWaitMsMax?: number) {
    this.#client = client;
    const begun = this.#send(begin, []);
    this.#begun = lockWaitMsMax === undefined ? begun : this.#send(`SET LOCAL lock_timeout = ${lockWaitMsMax}`, []);
  }

  /** The rows of a statement. A statement that was sent together with a BEGIN that failed fails, too. */
  async query<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> {
    if (this.#isOver) throw new Error('the transaction of the statement has ended');
    return (await this.#send(text, parameters)).rows as Row[];
  }

  atEnd(statements: readonly Statement[]): void {
    this.#last.push(...statements);
  }

  /** The error of the first statement that failed; the statements after it were not run. */
  get failure(): unknown {
    return this.#failure;
  }

  begun(): Promise<unknown> {
    return this.#begun;
  }

  /**
   * Runs after all statements started so far; none may follow. If one of them failed, the transaction is rolled back.
   */
  async commit(): Promise<void> {
    this.#isOver = true;
    for (const { text, parameters } of this.#last) void this.#send(text, parameters);
    const { command } = await this.#send('COMMIT', []);
    if (command !== 'COMMIT') throw new RolledBackError();
  }

  /** Sent on its own: the server would skip it, too, if a statement sent with it failed. */
  async rollback(): Promise<void> {
    this.#isOver = true;
    const unsent = this.#unsent.splice(0);
    for (const { reject } of unsent) reject(new NotRunError(this.#failure));
    await this.#send('ROLLBACK', []);
  }

  #send(text: string, parameters: readonly unknown[]): Promise<QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
    if (this.#unsent.length === 0) process.nextTick(() => this.#sendAll());
    this.#unsent.push({ text, parameters: writable({ text, parameters }), resolve, reject });
    // Results arrive in order, but a caller that awaits several may see their errors in another order.
    promise.catch((error: unknown) => {
      if (!(error instanceof NotRunError)) this.#failure ??= error;
    });
    return promise;
  }

  #sendAll(): void {
    const sent = this.#unsent.splice(0);
    if (sent.length === 0) return;
    const settle = ({ results, error }: Outcome) => {
      for (const [place, { resolve, reject }] of sent.entries()) {
        const result = results[place];
        if (result !== undefined) resolve(result);
        else reject(place === results.length ? error : new NotRunError(error));
      }
    };
    this.#client.query(new Together(sent, settle) as never);
  }
}

/** The server skips the statements sent together with one that failed. A rollback discards those not sent yet. */
class NotRunError extends Error {
  override readonly name = 'NotRunError';
  constructor(cause: unknown) {
    super('the statement was not run because its transaction had failed', { cause });
  }
}

/** The answer of PostgreSQL to a COMMIT after a failed statement. */
class RolledBackError extends Error {
  override readonly name = 'RolledBackError';
  constructor() {
    super('the transaction was rolled back');
  }
}

export interface TransactionOptions {
  /** READ COMMITTED by default. */
  readonly begin?: 'BEGIN ISOLATION LEVEL READ COMMITTED' | 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
  /**
   * Sends BEGIN together with the first statements, which saves a round trip. If BEGIN fails, they are not run, but
   * statements of a later event-loop turn may run outside a transaction. Statements started before the first result
   * must therefore only read and lock.
   */
  readonly readsFirst?: boolean;
  /** How long it waits for a lock that another transaction holds, in ms; 5,000 by default. Sent together with BEGIN. */
  readonly lockWaitMsMax?: number;
  /**
   * The silence timeout of the connection during this transaction, in ms: for a statement that takes longer than the
   * database's own timeout allows.
   */
  readonly silenceMsMax?: number;
}

const UNIQUE_VIOLATION = '23505';
/**
 * Errors that persist as long as the connection: a server that accepts no writes, and cached plans of changed tables.
 */
const OF_THE_CONNECTION = new Set(['25006', '0A000']);
/** Data exceptions, constraint violations, and JSON that is nested too deep: the written data is at fault. */
const REFUSALS = /^(22|23)|^54001$/;

/**
 * Runs a transaction. Statements started together, as by `Promise.all`, are sent at once and run in the order in which
 * they were started. The first failure is the one that is reported, and no statement runs after the end. If the
 * rollback fails, too, because the server has ended the session, the connection is closed. A connection to a server
 * that accepts no writes is closed as well.
 *
 * @throws StoreConflictError if another transaction interfered; StoreBusyError if that transaction holds a lock that
 * was waited for; StoreRefusalError if a rule of a table is broken
 */
export async function inTransaction<T>(
  database: Database,
  work: (sql: TransactionSql) => Promise<T>,
  {
    begin = 'BEGIN ISOLATION LEVEL READ COMMITTED',
    readsFirst = false,
    lockWaitMsMax,
    silenceMsMax,
  }: TransactionOptions = {},
): Promise<T> {
  const client = await (await poolOf(database)).connect();
  const endPatience = silenceMsMax === undefined ? () => {} : bePatient(client, silenceMsMax);
  let lost: Error | undefined;
  try {
    const transaction = new Transaction(client, begin, lockWaitMsMax);
    try {
      if (!readsFirst) await transaction.begun();
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      // Read before the rollback, which may fail for another reason.
      const failure = transaction.failure ?? error;
      if (!(error instanceof RolledBackError))
        await transaction.rollback().catch((loss: Error) => {
          lost = loss;
        });
      if (OF_THE_CONNECTION.has(sqlState(failure))) lost ??= failure as Error;
      throw storeError(failure);
    }
  } finally {
    endPatience();
    client.release(lost);
  }
}

function bePatient(client: PoolClient, silenceMsMax: number): () => void {
  if (!(client instanceof PreparingClient)) throw new Error('the database was not opened by openDatabase');
  const { silenceMsMax: before } = client;
  client.silenceMsMax = silenceMsMax;
  return () => {
    client.silenceMsMax = before;
  };
}

function storeError(error: unknown): unknown {
  const state = sqlState(error);
  if (isBusy(error)) return new StoreBusyError((error as Error).message, { cause: error });
  if (state === UNIQUE_VIOLATION) return new StoreConflictError((error as Error).message, { cause: error });
  if (REFUSALS.test(state)) return new StoreRefusalError((error as Error).message, { cause: error });
  return error;
}
