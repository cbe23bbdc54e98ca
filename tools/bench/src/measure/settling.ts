/**
 * Detects when all writes have reached all followers: the outboxes are empty, each follower's committed offsets are at
 * the ends of its topics, and no customer waits for a missing event. Followers commit offsets after their database
 * transaction, so no rows need to be read, however many there are.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { STREAMS, type Stream } from '@mo/contracts';
import type { StackFile } from '@mo/dev-stack';
import kafkajs from 'kafkajs';
import type pg from 'pg';
import { connect } from '../connect.ts';

const POLL_MS = 50;
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_MS_MAX = 20_000;
const FOLLOWERS: Readonly<Record<Stream, { table: string; follows: readonly Stream[] }>> = {
  customers: { table: 'balances', follows: ['loans', 'payments'] },
  loans: { table: 'accounts', follows: ['customers', 'payments'] },
  payments: { table: 'accounts', follows: ['customers', 'loans'] },
};

type Ends = ReadonlyMap<string, number>;

/**
 * Polls until nothing is pending.
 *
 * @param waiting names what is pending; null if nothing is
 * @returns the time that took, in ms
 * @throws Error that names what is pending after `timeoutMs`
 */
export async function untilSettled(waiting: () => Promise<string | null>, timeoutMs: number): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const what = await waiting();
    const elapsedMs = performance.now() - startMs;
    if (what === null) return elapsedMs;
    if (elapsedMs > timeoutMs) throw new Error(`not settled within ${timeoutMs / 1000} s: ${what}`);
    await delay(POLL_MS);
  }
}

export class Settling {
  readonly #admin: kafkajs.Admin;
  readonly #clients: ReadonlyMap<Stream, pg.Client>;
  readonly #prefix: string;

  private constructor(admin: kafkajs.Admin, clients: ReadonlyMap<Stream, pg.Client>, prefix: string) {
    this.#admin = admin;
    this.#clients = clients;
    this.#prefix = prefix;
  }

  static async open(stack: StackFile, topicPrefix: string): Promise<Settling> {
    const kafka = new kafkajs.Kafka({
      clientId: 'bench-settling',
      brokers: stack.kafka.brokers,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    const clients = new Map<Stream, pg.Client>();
    for (const service of STREAMS) clients.set(service, await connect(stack[service].databaseUrl, ANSWER_MS_MAX));
    return new Settling(admin, clients, topicPrefix);
  }

  /** Waits until everything is settled. @returns the time in ms. @throws Error that names what is pending */
  settled(timeoutMs: number): Promise<number> {
    // A new topic has no leader yet, and a busy broker may time out: the next poll succeeds.
    return untilSettled(() => this.#waiting().catch((error: unknown) => String(error)), timeoutMs);
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
    for (const client of this.#clients.values()) await client.end();
  }

  /**
   * What is pending; null if nothing is. A follower may write during the checks, so the ends are read again after the
   * outboxes were seen empty: any progress would have moved the ends.
   */
  async #waiting(): Promise<string | null> {
    const busy = await this.#busyService();
    if (busy !== null) return busy;
    const ends = await this.#ends();
    const late = await this.#lateFollower(ends);
    if (late !== null) return late;
    const again = await this.#busyService();
    if (again !== null) return again;
    const now = await this.#ends();
    const moved = [...ends].find(([place, end]) => now.get(place) !== end);
    return moved === undefined ? null : `${moved[0]} has moved`;
  }

  async #busyService(): Promise<string | null> {
    const looks = STREAMS.map(async (service) => {
      const { table, follows } = FOLLOWERS[service];
      const behind = follows.map((stream) => `${stream}_behind > 0`).join(' OR ');
      // By the primary key: a scan would pass all deleted rows that are not yet vacuumed.
      const text = `SELECT EXISTS (SELECT id FROM outbox ORDER BY id LIMIT 1) AS outbox, EXISTS (SELECT 1 FROM ${table} WHERE ${behind}) AS behind`;
      const { rows } = (await this.#clients.get(service)?.query<{ outbox: boolean; behind: boolean }>(text)) ?? {
        rows: [],
      };
      if (rows[0]?.outbox !== false) return `the outbox of ${service} is not empty`;
      return rows[0].behind ? `customers are behind in ${service}` : null;
    });
    return (await Promise.all(looks)).find((what) => what !== null) ?? null;
  }

  /** The end offset of each partition. */
  async #ends(): Promise<Ends> {
    const looks = STREAMS.map(async (stream) => {
      const topic = `${this.#prefix}.${stream}`;
      const offsets = await this.#admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, high }): [string, number] => [`${topic}/${partition}`, Number(high)]);
    });
    return new Map((await Promise.all(looks)).flat());
  }

  async #lateFollower(ends: Ends): Promise<string | null> {
    const looks = STREAMS.map(async (service) => {
      const topics = FOLLOWERS[service].follows.map((stream) => `${this.#prefix}.${stream}`);
      const offsets = await this.#admin.fetchOffsets({ groupId: `${this.#prefix}.${service}`, topics });
      const late = offsets
        .flatMap(({ topic, partitions }) => partitions.map((at) => ({ place: `${topic}/${at.partition}`, ...at })))
        .find(({ place, offset }) => Math.max(0, Number(offset)) < (ends.get(place) ?? 0));
      return late === undefined
        ? null
        : `${service} has read ${late.place} up to ${late.offset} of ${ends.get(late.place)}`;
    });
    return (await Promise.all(looks)).find((what) => what !== null) ?? null;
  }
}
