/**
 * Single rows, read together: those asked for in one turn of the event loop, or while others are being read, are one statement.
 * A row is read after it was asked for, so whoever asks sees what was committed before.
 */
import { BatchQueue, QueueFullError, unavailable } from '@mo/service-kit';
import { run, type Sql } from './sql.ts';

/** A statement asks for so many rows at most. */
export const ROWS_AT_ONCE_MAX = 256;
/** So many may wait for theirs. */
export const ROWS_WAITING_MAX = 1_024;
/** One statement at a time makes the most of it; one that takes long, as on a connection that was lost, holds nobody up. */
const SLOW = { afterMs: 50, inFlightMax: 3 };

export class RowsById<Row extends object> {
  readonly #queue: BatchQueue<number, Row | null>;

  /**
   * @param text the statement, with the ids as `$1::bigint[]`, in no order
   * @param idOf the id of a row
   */
  constructor(sql: Sql, text: string, idOf: (row: Row) => number) {
    this.#queue = new BatchQueue({
      run: async (ids) => {
        const rows = await run<Row>(sql, text, [[...new Set(ids)]]);
        const byId = new Map(rows.map((row) => [idOf(row), row]));
        return ids.map((id) => byId.get(id) ?? null);
      },
      weightMax: ROWS_AT_ONCE_MAX,
      queueWeightMax: ROWS_WAITING_MAX,
      slow: SLOW,
    });
  }

  /**
   * A row; null where there is none.
   *
   * @throws ProblemError unavailable, where too many wait
   */
  async find(id: number): Promise<Row | null> {
    try {
      return await this.#queue.submit(id);
    } catch (error) {
      throw error instanceof QueueFullError ? unavailable('too many requests are waiting', error) : error;
    }
  }
}
