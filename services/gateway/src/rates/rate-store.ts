/** The buckets that all gateways draw on, a row each. */
import { type Database, run, sqlOf } from '@mo/database';
import { within } from '@mo/service-kit';
import type { Draw } from './shared-bucket.ts';

/**
 * One row, under its lock: of two gateways that draw at once the second finds what the first has left. The time is that of
 * the database, the same for all, and never runs backwards in a bucket.
 */
const DRAW = `
  WITH clock AS (SELECT statement_timestamp() AS time)
  UPDATE rate_buckets SET
    drawn = least($4, floor(least($3, tokens + $2 * greatest(0, extract(epoch FROM clock.time - filled_at))))),
    tokens = least($3, tokens + $2 * greatest(0, extract(epoch FROM clock.time - filled_at)))
      - least($4, floor(least($3, tokens + $2 * greatest(0, extract(epoch FROM clock.time - filled_at))))),
    filled_at = greatest(filled_at, clock.time)
  FROM clock WHERE bucket = $1 RETURNING drawn, tokens`;

const MAKE = `INSERT INTO rate_buckets (bucket, tokens, drawn, filled_at) VALUES ($1, $2, 0, statement_timestamp())
  ON CONFLICT DO NOTHING`;

/** Draws on the table. @param timeoutMs how long a caller should wait for that, at most; then it rejects */
export function drawFrom(database: Database, timeoutMs: number): Draw {
  const sql = sqlOf(database);
  const draw = async (...[bucket, rate, capacity, wanted]: Parameters<Draw>) => {
    const parameters = [bucket, rate, capacity, wanted];
    let [row] = await run<{ drawn: number; tokens: number }>(sql, DRAW, parameters);
    if (row === undefined) {
      // The first request ever, or the first one after a crash of the server, which empties the table.
      await run(sql, MAKE, [bucket, capacity]);
      [row] = await run<{ drawn: number; tokens: number }>(sql, DRAW, parameters);
    }
    if (row === undefined) throw new Error('the bucket is gone again');
    return { drawn: row.drawn, left: row.tokens };
  };
  return (...parameters) => within(draw(...parameters), timeoutMs, `no answer for ${timeoutMs} ms`);
}
