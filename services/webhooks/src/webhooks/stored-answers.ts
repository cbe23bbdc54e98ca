/** Writes that take effect once per Idempotency-Key: the answer is stored in the transaction of its effect. */
import { type Database, inTransaction, type Sql, sqlOf, type TransactionSql } from '@mo/database';
import { answerStatements, forgetAnswers, isKeyUsed, isStored, readAnswers, replayOf } from '@mo/messaging';
import { type Answer, type Clock, type RequestKey, StoreBusyError, StoreConflictError } from '@mo/service-kit';

/** The most attempts of a write. After a conflict the other request's answer is there, unless it has just expired. */
const ATTEMPTS_MAX = 3;
const FORGET_ROWS_MAX = 10_000;

/** Makes the changes of a request, and returns its answer. If it throws, nothing is changed and no answer is stored. */
export type Write = (sql: Sql) => Promise<Answer>;

/**
 * The answers contain the secrets of webhooks as their table does: in the same database, and readable there. An answer
 * outlives its secret by at most the lifetime of a key.
 */
export class StoredAnswers {
  readonly #database: Database;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(database: Database, clock: Pick<Clock, 'now'>) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Whether an answer is stored under the key. */
  isUsed({ id }: RequestKey): Promise<boolean> {
    return isKeyUsed(sqlOf(this.#database), id, this.#clock.now());
  }

  /**
   * Runs a write in a transaction. With a key, the write takes effect once; later requests get the stored answer, and
   * so do concurrent ones, after the first is committed.
   *
   * @throws ProblemError idempotency_key_reused, StoreBusyError, and what `write` throws
   */
  async once(key: RequestKey | null, write: Write): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction(this.#database, (sql) =>
          key === null ? write(sql) : this.#replayOr(sql, key, write),
        );
      } catch (error) {
        const isOfSameKey = error instanceof StoreConflictError && !(error instanceof StoreBusyError);
        if (!isOfSameKey || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  /** Deletes expired answers. @returns whether there may be more of them */
  async forget(): Promise<boolean> {
    return (await forgetAnswers(sqlOf(this.#database), this.#clock.now(), FORGET_ROWS_MAX)) === FORGET_ROWS_MAX;
  }

  async #replayOr(sql: TransactionSql, key: RequestKey, write: Write): Promise<Answer> {
    const nowMs = this.#clock.now();
    const { kept, outdated } = await readAnswers(sql, [{ key }], nowMs);
    const stored = kept.get(key.id.toString('hex'));
    if (stored !== undefined) return replayOf(stored, key);
    const answer = await write(sql);
    if (isStored(answer.status)) sql.atEnd(answerStatements([{ key, answer, settle: null }], outdated, nowMs));
    return answer;
  }
}
