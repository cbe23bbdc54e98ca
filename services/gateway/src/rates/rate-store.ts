/** The token buckets shared by all gateways, one row per bucket. */
import { type Database, run, sqlOf } from '@mo/database';
import { within } from '@mo/service-kit';
import type { Draw } from './shared-bucket.ts';

/**
 * Draws under a row lock: if two gateways draw at once, the second sees what the first has left. The time is the
 * database's, so it is the same for all gateways, and never runs backwards within a bucket.
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

/** Draws from the table. @param timeoutMs the maximum time that a caller waits; then the draw rejects */
export function drawFrom(database: Database, timeoutMs: number): Draw {
  const sql = sqlOf(database);
  const draw = async (...[bucket, rate, capacity, wanted]: Parameters<Draw>) => {
    const parameters = [bucket, rate, capacity, wanted];
    let [row] = await run<{ drawn: number; tokens: number }>(sql, DRAW, parameters);
    if (row === undefined) {
      // The first request ever, or the first one after a crash of the database server, which empties the table.
      await run(sql, MAKE, [bucket, capacity]);
      [row] = await run<{ drawn: number; tokens: number }>(sql, DRAW, parameters);
    }
    if (row === undefined) throw new Error('the bucket was deleted concurrently');
    return { drawn: row.drawn, left: row.tokens };
  };
  return (...parameters) => within(draw(...parameters), timeoutMs, `no answer for ${timeoutMs} ms`);
}
