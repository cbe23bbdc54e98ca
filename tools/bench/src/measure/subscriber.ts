/** Reads a topic as any subscriber may, and records how long after their event's time messages arrive. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Histogram, newHistogram, recordMs } from '@mo/load';
import kafkajs from 'kafkajs';

const JOIN_MS_MAX = 30_000;
const PROBE_EVERY_MS = 100;
const FETCH_WAIT_MS = 200;

/** The subject of a message: the name of an entity, which ends in a number, and the event's time in ms since 1970. */
export interface Told {
  readonly name: string;
  readonly atMs: number;
}

export interface Subscription {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly topic: string;
  /** The prefix of the names that count; messages of others are ignored. */
  readonly prefix: string;
  readonly read: (message: kafkajs.KafkaMessage) => Told;
}

export class Subscriber {
  #lag: Histogram = newHistogram();
  readonly #subscription: Subscription;
  readonly #consumer: kafkajs.Consumer;
  readonly #numbers = new Set<number>();
  #from = Number.POSITIVE_INFINITY;

  constructor(subscription: Subscription) {
    const { brokers, groupId } = subscription;
    this.#subscription = subscription;
    const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
    this.#consumer = kafka.consumer({ groupId, maxWaitTimeInMs: FETCH_WAIT_MS });
  }

  /** The latencies of counted arrivals since the last call. */
  take(): Histogram {
    const lag = this.#lag;
    this.#lag = newHistogram();
    return lag;
  }

  /**
   * Starts to read at the topic's end. A subscriber learns its start offset only from its first fetch, so a probe event
   * must arrive before measurements start.
   *
   * @param probe causes an event, and returns the number of the next one
   * @throws Error if no event arrives
   */
  async join(first: number, probe: () => Promise<number>): Promise<void> {
    this.#from = first;
    const joined = new Promise<void>((resolve) => this.#consumer.on('consumer.group_join', () => resolve()));
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#subscription.topic], fromBeginning: false });
    await this.#consumer.run({
      // It always starts at the end. kafkajs would otherwise commit after each batch of each partition, hundreds of
      // times per second.
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const nowMs = performance.timeOrigin + performance.now();
        for (const message of batch.messages) this.#receive(message, nowMs);
      },
    });
    await Promise.race([joined, delay(JOIN_MS_MAX, undefined, { ref: false })]);
    const endMs = Date.now() + JOIN_MS_MAX;
    let next = first;
    while (this.#numbers.size === 0) {
      if (Date.now() > endMs) throw new Error('the subscriber receives nothing');
      next = await probe();
      await delay(PROBE_EVERY_MS);
    }
    this.#from = next;
    this.#numbers.clear();
    this.take();
  }

  /** The counted numbers among these that have not arrived. */
  missing(numbers: readonly number[]): number {
    return numbers.filter((number) => number >= this.#from && !this.#numbers.has(number)).length;
  }

  close(): Promise<void> {
    return this.#consumer.disconnect();
  }

  #receive(message: kafkajs.KafkaMessage, nowMs: number): void {
    const { prefix, read } = this.#subscription;
    const { name, atMs } = read(message);
    const number = name.startsWith(prefix) ? Number(name.slice(name.lastIndexOf('-') + 1)) : -1;
    if (number < this.#from || this.#numbers.has(number)) return;
    this.#numbers.add(number);
    recordMs(this.#lag, nowMs - atMs);
  }
}
