/**
 * Single rows, read together: those asked for in one turn of the event loop, or while others are being read, are one statement.
 * A row is read after it was asked for, so whoever asks sees what was committed before.
 */
import { BatchQueue, QueueFullError, unavailable } from '@mo/service-kit';
import { databaseOutage } from './outage.ts';
import { run, type Sql } from './sql.ts';

/** A statement asks for so many rows at most. */
export const ROWS_AT_ONCE_MAX = 256;
/** So many may wait for theirs. */
export const ROWS_WAITING_MAX = 1_024;
/** Whose row is not begun to be read within this is refused, in ms. */
export const ROW_WAIT_MS_MAX = 2_000;
/** One statement at a time makes the most of it; beside those that take long, as on a connection that was lost, others begin. */
const SLOW = { afterMs: 50, inFlightMax: 3 };

/** A row that somebody waits for. */
interface Asked {
  readonly id: number;
  /** Whether it is still wanted; then it is being read from now on. */
  begin(): boolean;
}

export class RowsById<Row extends object> {
  readonly #queue: BatchQueue<Asked, Row | null>;

  /**
   * @param text the statement, with the ids as `$1::bigint[]`, in no order
   * @param idOf the id of a row
   */
  constructor(sql: Sql, text: string, idOf: (row: Row) => number) {
    this.#queue = new BatchQueue({
      run: async (asked) => {
        const ids = new Set(asked.filter((one) => one.begin()).map(({ id }) => id));
        const rows = ids.size === 0 ? [] : await readTwice(() => run<Row>(sql, text, [[...ids]]));
        const byId = new Map(rows.map((row) => [idOf(row), row]));
        return asked.map(({ id }) => byId.get(id) ?? null);
      },
      weightMax: ROWS_AT_ONCE_MAX,
      queueWeightMax: ROWS_WAITING_MAX,
      slow: SLOW,
    });
  }

  /** How many wait until theirs is begun to be read. */
  get waiting(): number {
    return this.#queue.depth;
  }

  /**
   * A row; null where there is none.
   *
   * @param isGone whether nobody waits for it any more: then it isn't read
   * @throws ProblemError unavailable, where too many wait, or this one has for too long
   */
  async find(id: number, isGone: () => boolean = () => false): Promise<Row | null> {
    const { promise: refused, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(unavailable('too many requests are waiting'));
    }, ROW_WAIT_MS_MAX);
    const begin = () => {
      clearTimeout(timer);
      if (isGone()) reject(unavailable('the caller is gone'));
      return !isLate && !isGone();
    };
    try {
      return await Promise.race([refused, this.#queue.submit({ id, begin })]);
    } catch (error) {
      throw error instanceof QueueFullError ? unavailable('too many requests are waiting', error) : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Many wait for one statement: a connection that is lost beneath it fails none of them where another one can be had at once. */
async function readTwice<T>(read: () => Promise<T>): Promise<T> {
  const beganMs = performance.now();
  try {
    return await read();
  } catch (error) {
    if (databaseOutage(error) === null || performance.now() - beganMs > ROW_WAIT_MS_MAX) throw error;
    return read();
  }
}
