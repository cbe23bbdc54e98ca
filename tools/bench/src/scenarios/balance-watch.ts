/**
 * Polls the balances of customers who have just paid, in the database, until they include the payment. A read with a
 * Consistency-Token would not do: it pulls missing events.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseToken } from '@mo/contracts';
import { placedArrayRows } from '@mo/database';
import { type Histogram, newHistogram, recordMs } from '@mo/load';
import type { Databases } from '../verify/databases.ts';

const POLL_MS = 4;

/** A payment's version in the customer's journal. */
interface Place {
  readonly customerId: number;
  readonly version: number;
}

export class BalanceWatch {
  readonly #databases: Databases;
  /** Awaited payments by token. */
  readonly #waiting = new Map<string, Place>();
  #seen: (Place & { readonly atMs: number })[] = [];
  #isOver = true;
  #done: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** The number of payments not yet visible. @throws Error if the polling has failed */
  get waiting(): number {
    if (this.#failure !== null) throw this.#failure;
    return this.#waiting.size;
  }

  /** Awaits the payment of a token, unless polling is off. */
  expect(text: string): void {
    const token = parseToken(text);
    if (token === null || this.#isOver) return;
    this.#waiting.set(text, { customerId: token.customerId, version: token.versions.payments });
  }

  start(): void {
    this.#isOver = false;
    this.#done = this.#look().catch((error: Error) => {
      this.#failure = error;
    });
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  /** Latencies, from event time to visibility, of the payments seen since the last call. */
  async take(): Promise<Histogram> {
    const seen = this.#seen;
    this.#seen = [];
    const rows = await this.#databases.query<{ ms: string }>(
      'payments',
      `SELECT extract(epoch FROM j.time) * 1000 AS ms
       FROM (${placedArrayRows({ customer_id: 'bigint', version: 'bigint' })}) AS seen
       JOIN journal j USING (customer_id, version) ORDER BY place`,
      [seen.map(({ customerId }) => customerId), seen.map(({ version }) => version)],
    );
    const lag = newHistogram();
    for (const [place, { atMs }] of seen.entries()) recordMs(lag, atMs - Number(rows[place]?.ms));
    return lag;
  }

  async #look(): Promise<void> {
    const client = await this.#databases.connect('customers');
    try {
      for (; !this.#isOver; await delay(POLL_MS)) {
        const watched = [...this.#waiting];
        if (watched.length === 0) continue;
        const { rows } = await client.query<{ id: string; applied: string }>({
          name: 'look',
          text: 'SELECT customer_id AS id, payments_applied AS applied FROM balances WHERE customer_id = ANY($1)',
          values: [watched.map(([, { customerId }]) => customerId)],
        });
        const atMs = performance.timeOrigin + performance.now();
        const applied = new Map(rows.map((row) => [Number(row.id), Number(row.applied)]));
        for (const [text, { customerId, version }] of watched) {
          if ((applied.get(customerId) ?? 0) < version) continue;
          this.#waiting.delete(text);
          this.#seen.push({ customerId, version, atMs });
        }
      }
    } finally {
      await client.end();
    }
  }
}
