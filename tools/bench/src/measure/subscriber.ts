/** Reads a topic as anybody may, and notes how long after what they tell of its messages come. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Histogram, newHistogram, recordMs } from '@mo/load';
import kafkajs from 'kafkajs';

const JOIN_MS_MAX = 30_000;
const PROBE_EVERY_MS = 100;
const FETCH_WAIT_MS = 200;

/** What a message tells of: of something with a name that ends in a number, and when, in ms since 1970. */
export interface Told {
  readonly name: string;
  readonly atMs: number;
}

export interface Subscription {
  readonly brokers: readonly string[];
  readonly groupId: string;
  readonly topic: string;
  /** What the names begin with; others are passed over. */
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

  /** How long after what they tell of those came that are counted, since this was last asked. */
  take(): Histogram {
    const lag = this.#lag;
    this.#lag = newHistogram();
    return lag;
  }

  /**
   * Begins to read at the topic's end. Where that is a subscriber knows only once it has asked: something that is told shows that
   * it reads.
   *
   * @param probe has something told, and answers with the number that the next one will have
   * @throws Error where nothing comes
   */
  async join(first: number, probe: () => Promise<number>): Promise<void> {
    this.#from = first;
    const joined = new Promise<void>((resolve) => this.#consumer.on('consumer.group_join', () => resolve()));
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#subscription.topic], fromBeginning: false });
    await this.#consumer.run({
      // It begins at the end each time. kafkajs would commit after each batch of each partition, hundreds of times a second.
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

  /** Of these, those that are counted and have not come. */
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
