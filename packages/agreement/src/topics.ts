/**
 * Reads the topics from their beginning, as a new subscriber would, and compares them with the journals. For each
 * customer, every version must exist, versions must first appear in order, and each event must equal its journal row.
 */
import { randomUUID } from 'node:crypto';
import { STREAMS, type Stream } from '@mo/contracts';
import type { StackFile } from '@mo/dev-stack';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { query } from './databases.ts';

const READ_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Further faults are only counted. */
const FAULTS_LISTED_MAX = 20;

interface JournalRow {
  readonly customer_id: string;
  readonly version: string;
  readonly type: string;
  readonly data: string;
}

/** Faults in the topics of a system whose outboxes are empty; an empty list if there are none. */
export async function topicFaults(stack: StackFile, topicPrefix = 'mo'): Promise<string[]> {
  const client = new kafkajs.Kafka({
    clientId: 'agreement',
    brokers: stack.kafka.brokers,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const faults: string[] = [];
  for (const stream of STREAMS) {
    const contents = new TopicContents(stream);
    await readAll(client, `${topicPrefix}.${stream}`, (message) => contents.add(message));
    const text = 'SELECT customer_id, version, type, data::text AS data FROM journal ORDER BY customer_id, version';
    faults.push(...contents.faultsAgainst(await query<JournalRow>(stack, stream, text)));
  }
  return faults.length <= FAULTS_LISTED_MAX
    ? faults
    : [...faults.slice(0, FAULTS_LISTED_MAX), `and ${faults.length - FAULTS_LISTED_MAX} more topic faults`];
}

/** The events of one topic, in order of first appearance; later copies of an event must be identical. */
class TopicContents {
  readonly #stream: Stream;
  readonly #last = new Map<string, number>();
  readonly #events = new Map<string, { type: string; data: string }>();
  readonly #faults: string[] = [];

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  add({ key, value, headers }: KafkaMessage): void {
    const customer = String(key);
    const version = Number(headers?.ce_sequence);
    const event = { type: String(headers?.ce_type), data: String(value) };
    const name = `${this.#stream} ${version} of customer ${customer}`;
    const earlier = this.#events.get(`${customer}-${version}`);
    if (earlier !== undefined) {
      if (earlier.type !== event.type || earlier.data !== event.data)
        this.#faults.push(`${name} has two different contents on Kafka`);
      return;
    }
    const last = this.#last.get(customer) ?? 0;
    if (version !== last + 1) this.#faults.push(`${name} first appears after version ${last}`);
    this.#last.set(customer, Math.max(last, version));
    this.#events.set(`${customer}-${version}`, event);
  }

  faultsAgainst(journal: readonly JournalRow[]): string[] {
    const faults = [...this.#faults];
    for (const row of journal) {
      const name = `${this.#stream} ${row.version} of customer ${row.customer_id}`;
      const event = this.#events.get(`${row.customer_id}-${row.version}`);
      if (event === undefined) faults.push(`${name} is missing on Kafka`);
      else if (event.type !== row.type || event.data !== row.data)
        faults.push(`${name} differs between Kafka and the journal`);
      this.#events.delete(`${row.customer_id}-${row.version}`);
    }
    for (const id of this.#events.keys()) faults.push(`${this.#stream} event ${id} is on Kafka but not in the journal`);
    return faults;
  }
}

/** Reads every message that the topic contains now, in order within each partition. */
async function readAll(client: kafkajs.Kafka, topic: string, add: (message: KafkaMessage) => void): Promise<void> {
  const ends = await endsOf(client, topic);
  if (ends.size === 0) return;
  const consumer = client.consumer({ groupId: `agreement-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const { promise: done, resolve } = Promise.withResolvers<void>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload;
        for (const message of batch.messages) add(message);
        payload.resolveOffset(batch.lastOffset());
        if (Number(batch.lastOffset()) + 1 >= (ends.get(batch.partition) ?? 0)) ends.delete(batch.partition);
        if (ends.size === 0) resolve();
      },
    });
    await withTimeout(done, `${topic} could not be read to its end: ${ends.size} partitions are left`);
  } finally {
    await consumer.disconnect();
  }
}

/** Maps each partition that is not empty to the offset after its last message. */
async function endsOf(client: kafkajs.Kafka, topic: string): Promise<Map<number, number>> {
  const admin = client.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets
        .filter(({ high, low }) => Number(high) > Number(low))
        .map(({ partition, high }) => [partition, Number(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}

async function withTimeout<T>(work: Promise<T>, message: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(message)), READ_TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
