/**
 * Where a consumer that commits nothing, or not all that it has read, goes on in each partition. kafkajs forgets that
 * whenever the group lets it in anew, as after a broker's restart or a laptop's sleep, and would begin again at what is
 * committed.
 */
import type { Consumer } from 'kafkajs';

export interface Place {
  readonly topic: string;
  readonly partition: number;
  /** Of the message that is read next. */
  readonly offset: string;
}

export class Places {
  readonly #places = new Map<string, Place>();

  /** Before the consumer runs. A partition without a place begins where the subscription says. */
  constructor(consumer: Consumer, starts: Iterable<Place>) {
    for (const start of starts) this.#places.set(keyOf(start), start);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const place of this.#places.values()) consumer.seek(place);
    });
  }

  /** Goes on after this message. */
  pass(topic: string, partition: number, offset: string): void {
    const place = { topic, partition, offset: String(BigInt(offset) + 1n) };
    this.#places.set(keyOf(place), place);
  }
}

const keyOf = ({ topic, partition }: Place): string => `${topic} ${partition}`;
