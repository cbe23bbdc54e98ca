/**
 * Reads single rows in batches: the rows requested in one turn of the event loop, or while another statement runs,
 * share a statement. A row is always read after its request, so the caller sees everything that was committed before.
 */
import { BatchQueue, QueueFullError, storeWaited, unavailable } from '@mo/service-kit';
import { databaseOutage } from './outage.ts';
import { run, type Sql } from './sql.ts';

/** Maximum number of rows per statement. */
export const ROWS_AT_ONCE_MAX = 256;
/** Maximum number of waiting requests. */
export const ROWS_WAITING_MAX = 1_024;
/** A request whose read has not started after this time is refused, in ms. */
export const ROW_WAIT_MS_MAX = 2_000;
/**
 * One statement at a time makes the largest batches. While it takes long, as on a lost connection, others may start.
 */
const SLOW = { afterMs: 50, inFlightMax: 3 };

/** A request for a row. */
interface Asked {
  readonly id: number;
  /** Starts the read, and returns true, if the caller still waits. */
  begin(): boolean;
}

export class RowsById<Row extends object> {
  readonly #queue: BatchQueue<Asked, Row | null>;

  /**
   * @param text the statement, with the ids as `$1::bigint[]`; its rows may be in any order
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

  /** The number of requests whose read has not started. */
  get waiting(): number {
    return this.#queue.depth;
  }

  /**
   * Reads a row; null if it does not exist.
   *
   * @param isGone true once nobody waits for the row any more: then it is not read
   * @throws ProblemError unavailable if too many requests wait, or this one has waited too long
   */
  async find(id: number, isGone: () => boolean = () => false): Promise<Row | null> {
    const { promise: refused, reject } = Promise.withResolvers<never>();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reject(unavailable(storeWaited(ROW_WAIT_MS_MAX)));
    }, ROW_WAIT_MS_MAX);
    const begin = () => {
      clearTimeout(timer);
      if (isGone()) reject(unavailable('the caller has disconnected'));
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

/**
 * Retries once after a lost connection, because many requests wait for the statement and another connection may work.
 */
async function readTwice<T>(read: () => Promise<T>): Promise<T> {
  const beganMs = performance.now();
  try {
    return await read();
  } catch (error) {
    if (databaseOutage(error) === null || performance.now() - beganMs > ROW_WAIT_MS_MAX) throw error;
    return read();
  }
}
