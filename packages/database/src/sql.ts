/**
 * How statements run: on whatever connection is free, or on one within a transaction. They go straight to the pool that
 * MikroORM opened: its query builder would cost a batch of a dozen statements more than what the batch decides.
 */
import { StoreBusyError, StoreConflictError, StoreRefusalError } from '@mo/service-kit';
import pg, { type Pool, type PoolClient, type QueryResult } from 'pg';
import type { Database } from './database.ts';
import { sqlState } from './outage.ts';
import { PreparingClient } from './preparing-client.ts';
import { type Outcome, Together, writable } from './together.ts';

/** Any free connection, or a transaction on one. */
export interface Sql {
  query<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]>;
}

/** What is run, and what is bound to its $1, $2 … */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

export interface TransactionSql extends Sql {
  /**
   * Sends statements together with COMMIT once the work is done: what is written last costs no round trip of its own. Nothing is
   * sent where the work fails; where one of them fails, so does the transaction.
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

/** A value as it is written in a statement that is planned for it alone, and not prepared. */
export const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : pg.escapeLiteral(value);

/** Runs one statement with $1, $2 … bound; answers with its rows. */
export function run<Row>(sql: Sql, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  return sql.query<Row>(text, parameters);
}

/** Runs statements that are sent together, in their order. */
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
    const { rows } = await pool.query(text, parameters.map(writable));
    return rows as Row[];
  }
}

export const poolOf = (database: Database): Promise<Pool> => database.em.getDriver().getConnection().getNativeClient();

interface Sent extends Statement {
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection from BEGIN to the end of its transaction. What is begun in one turn of the event loop is sent together. */
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

  /** A statement's rows; a statement that was sent along with a BEGIN that failed has failed, too. */
  async query<Row>(text: string, parameters: readonly unknown[]): Promise<Row[]> {
    if (this.#isOver) throw new Error('the transaction that the statement belongs to is over');
    return (await this.#send(text, parameters)).rows as Row[];
  }

  atEnd(statements: readonly Statement[]): void {
    this.#last.push(...statements);
  }

  /** What the first statement failed with that failed: those after it were not run. */
  get failure(): unknown {
    return this.#failure;
  }

  begun(): Promise<unknown> {
    return this.#begun;
  }

  /** Runs after all statements that were begun, and none comes after it. Where one of them failed, nothing is kept. */
  async commit(): Promise<void> {
    this.#isOver = true;
    for (const { text, parameters } of this.#last) void this.#send(text, parameters);
    const { command } = await this.#send('COMMIT', []);
    if (command !== 'COMMIT') throw new RolledBackError();
  }

  /** Goes alone: the server would pass over it as well where one that was sent with it fails. */
  async rollback(): Promise<void> {
    this.#isOver = true;
    const unsent = this.#unsent.splice(0);
    for (const { reject } of unsent) reject(new NotRunError(this.#failure));
    await this.#send('ROLLBACK', []);
  }

  #send(text: string, parameters: readonly unknown[]): Promise<QueryResult> {
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
    if (this.#unsent.length === 0) process.nextTick(() => this.#sendAll());
    this.#unsent.push({ text, parameters: parameters.map(writable), resolve, reject });
    // Answers come in order; whoever waits for several may hear of them in another.
    promise.catch((error: unknown) => {
      if (!(error instanceof NotRunError)) this.#failure ??= error;
    });
    return promise;
  }

  #sendAll(): void {
    const sent = this.#unsent.splice(0);
    if (sent.length === 0) return;
    const tell = ({ results, error }: Outcome) => {
      for (const [place, { resolve, reject }] of sent.entries()) {
        const result = results[place];
        if (result !== undefined) resolve(result);
        else reject(place === results.length ? error : new NotRunError(error));
      }
    };
    this.#client.query(new Together(sent, tell) as never);
  }
}

/** The server passes over what was sent with a statement that failed; what wasn't sent by a rollback never is. */
class NotRunError extends Error {
  override readonly name = 'NotRunError';
  constructor(cause: unknown) {
    super('the statement was not run, for its transaction had failed', { cause });
  }
}

/** PostgreSQL answers a COMMIT so where a statement before it failed. */
class RolledBackError extends Error {
  override readonly name = 'RolledBackError';
  constructor() {
    super('the transaction was rolled back');
  }
}

export interface TransactionOptions {
  /** READ COMMITTED unless told. */
  readonly begin?: 'BEGIN ISOLATION LEVEL READ COMMITTED' | 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
  /**
   * Sends BEGIN together with the first statements, which saves a round trip. Where it fails, they are not run; those of a later
   * turn may be, outside a transaction: so what is begun before anything was answered must only read and lock.
   */
  readonly readsFirst?: boolean;
  /** How long it waits for a lock that another transaction holds, in ms; 5,000 unless told. Sent together with BEGIN. */
  readonly lockWaitMsMax?: number;
  /**
   * For a statement that takes longer than connections of this database wait for a word of the server: how long this one
   * waits, in ms.
   */
  readonly silenceMsMax?: number;
}

const UNIQUE_VIOLATION = '23505';
/** What goes on as long as the connection does: a server that takes no writes, and plans of tables that were changed. */
const OF_THE_CONNECTION = new Set(['25006', '0A000']);
/** deadlock_detected, lock_not_available, serialization_failure */
const BUSY = new Set(['40P01', '55P03', '40001']);
/** Data exceptions and broken constraints: what was to be written is at fault. */
const REFUSALS = /^(22|23)/;

/**
 * Runs a transaction. Statements that are begun together, as by `Promise.all`, are sent at once and run in the order in which
 * they were begun: the first that fails is the first to be told of, and none comes after the end. Where the rollback fails
 * too, as it does once the server has ended the session, the connection is closed; so is one to a server that takes no writes.
 *
 * @throws StoreConflictError where another transaction got in the way, a StoreBusyError if it holds a lock that was waited for;
 * StoreRefusalError where a rule of a table is broken
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
      // Before the rollback, which may fail for another reason.
      const failure = transaction.failure ?? error;
      if (!(error instanceof RolledBackError))
        await transaction.rollback().catch((loss: Error) => {
          lost = loss;
        });
      if (OF_THE_CONNECTION.has(sqlState(failure))) lost ??= failure as Error;
      throw told(failure);
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

function told(error: unknown): unknown {
  const state = sqlState(error);
  if (BUSY.has(state)) return new StoreBusyError((error as Error).message, { cause: error });
  if (state === UNIQUE_VIOLATION) return new StoreConflictError((error as Error).message, { cause: error });
  if (REFUSALS.test(state)) return new StoreRefusalError((error as Error).message, { cause: error });
  return error;
}
