/** The healer's queries on the table that holds the accounts' progress. */
import type { Stream } from '@mo/contracts';
import type { Database } from '@mo/database';
import { arrayRows, run, sqlOf } from '@mo/database';
import type { HeadsPage } from '../pull/wire.ts';

/** A customer that has not applied a stream up to a version that is known to exist. */
export interface CustomerBehind {
  readonly customerId: number;
  readonly stream: Stream;
  readonly version: number;
}

export class ProgressTable {
  readonly #database: Database;
  readonly #table: string;
  readonly #follows: readonly Stream[];

  constructor(database: Database, table: string, follows: readonly Stream[]) {
    this.#database = database;
    this.#table = table;
    this.#follows = follows;
  }

  /** Customers above `after` that are marked as behind, by customer id. */
  async behind(after: number, customersMax: number): Promise<CustomerBehind[]> {
    const columns = this.#follows.map((stream) => `${stream}_behind`);
    const rows = await run<Record<string, string>>(
      sqlOf(this.#database),
      `SELECT customer_id, ${columns.join(', ')} FROM ${this.#table}
       WHERE (${columns.map((column) => `${column} > 0`).join(' OR ')}) AND customer_id > $1
       ORDER BY customer_id LIMIT $2`,
      [after, customersMax],
    );
    return rows.flatMap((row) =>
      this.#follows
        .map((stream) => ({ customerId: Number(row.customer_id), stream, version: Number(row[`${stream}_behind`]) }))
        .filter(({ version }) => version > 0),
    );
  }

  /** The number of customers marked as behind, for each followed stream. */
  async countBehind(): Promise<ReadonlyMap<Stream, number>> {
    const columns = this.#follows.map((stream) => `${stream}_behind > 0`);
    const counts = columns.map((isBehind, place) => `count(*) FILTER (WHERE ${isBehind}) AS n${place}`);
    const text = `SELECT ${counts.join(', ')} FROM ${this.#table} WHERE ${columns.join(' OR ')}`;
    const [row] = await run<Record<string, string>>(sqlOf(this.#database), text);
    return new Map(this.#follows.map((stream, place) => [stream, Number(row?.[`n${place}`] ?? 0)]));
  }

  /** Returns those of the owner's heads (customer id and last version) that have not been applied here. */
  async notApplied(stream: Stream, heads: HeadsPage['heads']): Promise<CustomerBehind[]> {
    const rows = await run<{ id: string; head: string }>(
      sqlOf(this.#database),
      `SELECT owner.id, owner.head FROM (${arrayRows({ id: 'bigint', head: 'bigint' })}) AS owner
       LEFT JOIN ${this.#table} a ON a.customer_id = owner.id WHERE coalesce(a.${stream}_applied, 0) < owner.head`,
      [heads.map(([id]) => id), heads.map(([, head]) => head)],
    );
    return rows.map(({ id, head }) => ({ customerId: Number(id), stream, version: Number(head) }));
  }
}
