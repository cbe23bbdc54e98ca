/**
 * The healer closes gaps: it pulls for customers that are behind until they have reached the highest version seen. What
 * it is told of at once, it heals at once; what a crash left behind, it finds in the database. The sweep compares what was
 * applied with the owners' heads, for the last event of a stream has no successor to reveal its loss.
 */
import type { Stream } from '@mo/contracts';
import type { Clock, Logger } from '@mo/service-kit';
import type { Progress } from '../protocol/account.ts';
import type { HttpPeers } from '../pull/http-peers.ts';
import { type Database, run, sqlOf } from '../sql/database.ts';

const SCAN_INTERVAL_MS = 1_000;
const SWEEP_INTERVAL_MS = 60_000;
/** A sweep looks back further than the one before it, for a commit comes later than its time. */
const SWEEP_OVERLAP_MS = 10 * 60_000;
const HEALS_AT_ONCE = 32;
const SCAN_CUSTOMERS_MAX = 1_000;
/** Customers that wait to be healed; more are found again by the scan. */
const WAITING_MAX = 10_000;
const FAILURE_PAUSE_MS = 250;

export interface HealerOptions {
  table: string;
  follows: readonly Stream[];
  database: Database;
  peers: Pick<HttpPeers, 'heads'>;
  clock: Clock;
  logger: Logger;
  catchUp: (customerId: number, stream: Stream, version: number, reason: 'behind' | 'sweep') => Promise<boolean>;
  /** Whether this process does the service's housekeeping now. */
  isLeader: () => boolean;
}

interface Want {
  customerId: number;
  stream: Stream;
  version: number;
}

export class Healer {
  readonly #options: HealerOptions;
  readonly #stopping = new AbortController();
  readonly #waiting = new Map<string, Want>();
  readonly #underWay = new Set<string>();
  #done: Promise<unknown> = Promise.resolve();

  constructor(options: HealerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#done = Promise.all([this.#every(SCAN_INTERVAL_MS, () => this.#scan()), this.#sweepForEver()]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  /** A customer is behind. */
  heal({ customerId, behind }: Progress): void {
    for (const [stream, version] of Object.entries(behind) as [Stream, number][])
      this.#want({ customerId, stream, version });
  }

  #want(want: Want): void {
    const key = `${want.stream}-${want.customerId}`;
    const known = this.#waiting.get(key);
    if (known === undefined && this.#waiting.size >= WAITING_MAX) return;
    if (known === undefined || known.version < want.version) this.#waiting.set(key, want);
    this.#startNext();
  }

  #startNext(): void {
    for (const [key, want] of this.#waiting) {
      if (this.#underWay.size >= HEALS_AT_ONCE || this.#stopping.signal.aborted) return;
      if (this.#underWay.has(key)) continue;
      this.#waiting.delete(key);
      this.#underWay.add(key);
      void this.#catchUp(want, 'behind').finally(() => {
        this.#underWay.delete(key);
        this.#startNext();
      });
    }
  }

  async #catchUp({ customerId, stream, version }: Want, reason: 'behind' | 'sweep'): Promise<void> {
    const { catchUp, clock, logger } = this.#options;
    try {
      await catchUp(customerId, stream, version, reason);
    } catch (error) {
      logger.debug({ err: error, customerId, stream }, 'a customer stays behind for now');
      await clock.sleep(FAILURE_PAUSE_MS, this.#stopping.signal);
    }
  }

  /** Finds customers that were left behind, by this process or by one that is gone. */
  async #scan(): Promise<void> {
    const { database, table, follows, isLeader } = this.#options;
    if (!isLeader()) return;
    const behind = follows.map((stream) => `${stream}_behind`);
    const rows = await run<Record<string, string>>(
      sqlOf(database),
      `SELECT customer_id, ${behind.join(', ')} FROM ${table} WHERE ${behind.map((name) => `${name} > 0`).join(' OR ')} LIMIT ${SCAN_CUSTOMERS_MAX}`,
    );
    for (const row of rows) {
      for (const stream of follows) {
        const version = Number(row[`${stream}_behind`]);
        if (version > 0) this.#want({ customerId: Number(row.customer_id), stream, version });
      }
    }
  }

  async #sweepForEver(): Promise<void> {
    const { clock, isLeader, follows } = this.#options;
    const since = new Map<Stream, number>(follows.map((stream) => [stream, 0]));
    await this.#every(SWEEP_INTERVAL_MS, async () => {
      if (!isLeader()) return;
      for (const stream of follows) {
        const startedMs = clock.now();
        await this.#sweep(stream, since.get(stream) ?? 0);
        since.set(stream, startedMs - SWEEP_OVERLAP_MS);
      }
    });
  }

  async #sweep(stream: Stream, sinceMs: number): Promise<void> {
    const { database, peers, table } = this.#options;
    for (let after = 0; !this.#stopping.signal.aborted; ) {
      const heads = await peers.heads(stream, sinceMs, after);
      const last = heads.at(-1);
      if (last === undefined) return;
      const rows = await run<{ id: string; head: string }>(
        sqlOf(database),
        `SELECT owner.id, owner.head FROM unnest($1::bigint[], $2::bigint[]) AS owner (id, head)
         LEFT JOIN ${table} a ON a.customer_id = owner.id WHERE coalesce(a.${stream}_applied, 0) < owner.head`,
        [heads.map(([id]) => id), heads.map(([, head]) => head)],
      );
      await this.#catchUpAll(rows.map(({ id, head }) => ({ customerId: Number(id), stream, version: Number(head) })));
      [after] = last;
    }
  }

  async #catchUpAll(wants: Want[]): Promise<void> {
    for (let start = 0; start < wants.length; start += HEALS_AT_ONCE) {
      await Promise.all(wants.slice(start, start + HEALS_AT_ONCE).map((want) => this.#catchUp(want, 'sweep')));
    }
  }

  async #every(intervalMs: number, work: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        this.#options.logger.debug({ err: error }, 'housekeeping failed for now');
      }
      await this.#options.clock.sleep(intervalMs, this.#stopping.signal);
    }
  }
}
