/**
 * Dead letters: how a follower forwards messages that it can't understand or apply, and how it reads how they were
 * settled. A letter is the byte-identical message with added headers: the reason, the follower and the message's
 * origin. If Kafka refuses the letter for its size, only the key and those headers are sent, because the original message
 * is still in its topic.
 */
import { deadLetterTopicOf, DEAD_LETTER_HEADERS as HEADERS, LETTER_SETTLEMENTS } from '@mo/contracts';
import { type Clock, type Logger, slices } from '@mo/service-kit';
import {
  type IncomingMessage,
  type Kafka,
  MessageRefusedError,
  type Producer,
  type RawMessage,
} from '../kafka/port.ts';
import type { SettledLetter } from '../protocol/quarantine.ts';

/** The most letters in one batch. */
const LETTERS_PER_SEND_MAX = 100;
/** A longer key is no customer id, and is not kept in a letter without its message. */
const KEPT_KEY_BYTES_MAX = 64;
/** How long a close waits for a producer that still connects or disconnects; it is closed even if that takes longer. */
const CLOSE_MS_MAX = 5_000;

/** A message that could not be understood or take effect, and why. */
export interface DeadLetter {
  readonly message: IncomingMessage;
  readonly reason: string;
}

export class DeadLetters {
  readonly #kafka: Kafka;
  readonly #follower: string;
  readonly #ensure: () => Promise<void>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** One for the letters of all partitions, which are sent concurrently. */
  #producer: Promise<Producer> | null = null;

  /**
   * @param follower the consumer group that sends letters
   * @param ensure creates missing dead-letter topics: called before the first send, and before the one after a failure
   */
  constructor(kafka: Kafka, follower: string, ensure: () => Promise<void>, clock: Clock, logger: Logger) {
    this.#kafka = kafka;
    this.#follower = follower;
    this.#ensure = ensure;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Sends each letter to the dead-letter topic of its message's topic. After an error some may have been sent. */
  async send(letters: readonly DeadLetter[]): Promise<void> {
    for (const [topic, some] of Map.groupBy(letters, ({ message }) => deadLetterTopicOf(message.topic))) {
      for (const part of slices(some, LETTERS_PER_SEND_MAX)) await this.#sendSome(topic, part);
    }
  }

  async close(): Promise<void> {
    if (this.#producer !== null) await this.#drop(this.#producer);
  }

  async #sendSome(topic: string, letters: readonly DeadLetter[]): Promise<void> {
    try {
      await this.#produce(
        topic,
        letters.map((letter) => this.#whole(letter)),
      );
    } catch (error) {
      if (!(error instanceof MessageRefusedError)) throw error;
      const [first] = letters;
      if (letters.length === 1 && first !== undefined) {
        await this.#produce(topic, [this.#withoutMessage(first)]);
        this.#log(first.message, `${first.reason} (Kafka refuses the complete message)`);
      } else for (const letter of letters) await this.#sendSome(topic, [letter]);
      return;
    }
    for (const { message, reason } of letters) this.#log(message, reason);
  }

  async #produce(topic: string, messages: readonly RawMessage[]): Promise<void> {
    this.#producer ??= this.#connect();
    const producer = this.#producer;
    try {
      await (await producer).send(topic, messages);
    } catch (error) {
      if (!(error instanceof MessageRefusedError)) await this.#drop(producer);
      throw error;
    }
  }

  /** Closes a producer once, unless it could not connect; the next letter opens another. */
  async #drop(producer: Promise<Producer>): Promise<void> {
    if (this.#producer !== producer) return;
    this.#producer = null;
    const closed = producer.then((connected) => connected.close()).catch(() => {});
    const enough = new AbortController();
    await Promise.race([closed, this.#clock.sleep(CLOSE_MS_MAX, enough.signal)]);
    enough.abort();
  }

  async #connect(): Promise<Producer> {
    await this.#ensure();
    return this.#kafka.producer();
  }

  #whole({ message, reason }: DeadLetter): RawMessage {
    const { key, value, headers } = message.raw;
    return { key, value, headers: { ...headers, ...this.#origin(message, reason) } };
  }

  #withoutMessage({ message, reason }: DeadLetter): RawMessage {
    const { value } = message.raw;
    const key = (message.raw.key?.length ?? 0) <= KEPT_KEY_BYTES_MAX ? message.raw.key : null;
    const bytes = (message.raw.key?.length ?? 0) - (key?.length ?? 0) + (value?.length ?? 0);
    const headers = { ...this.#origin(message, reason), [HEADERS.omittedBytes]: Buffer.from(String(bytes)) };
    return { key, value: null, headers };
  }

  #origin({ topic, partition, offset }: IncomingMessage, reason: string): Record<string, Buffer> {
    return {
      [HEADERS.reason]: Buffer.from(reason),
      [HEADERS.follower]: Buffer.from(this.#follower),
      [HEADERS.sourceTopic]: Buffer.from(topic),
      [HEADERS.sourcePartition]: Buffer.from(String(partition)),
      [HEADERS.sourceOffset]: Buffer.from(offset),
    };
  }

  #log({ topic, partition, offset }: IncomingMessage, reason: string): void {
    this.#logger.error({ topic, partition, offset, reason }, 'an event was sent to the dead-letter topic');
  }
}

/** The settlement in a notice on a dead-letter topic; null for any other message. */
export function settledLetter({ headers }: Pick<IncomingMessage, 'headers'>): SettledLetter | null {
  const settlement = LETTER_SETTLEMENTS.find((word) => word === headers[HEADERS.settled]);
  const topic = headers[HEADERS.sourceTopic];
  const partition = /^\d{1,9}$/.exec(headers[HEADERS.sourcePartition] ?? '')?.[0];
  const offset = /^\d{1,18}$/.exec(headers[HEADERS.sourceOffset] ?? '')?.[0];
  if (settlement === undefined || topic === undefined || partition === undefined || offset === undefined) return null;
  return { settlement, source: { topic, partition: Number(partition), offset } };
}
