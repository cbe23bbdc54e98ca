/** An external subscriber that uses nothing but the topics. */
import kafkajs from 'kafkajs';
import { waitFor } from './wait-for.ts';

export type Offsets = readonly { readonly partition: number; readonly offset: string }[];

export interface Received {
  readonly customerId: number;
  readonly version: number;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Subscriber {
  readonly #client: kafkajs.Kafka;
  #groups = 0;

  constructor(brokers: readonly string[]) {
    this.#client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  }

  /** The end offsets of a topic's partitions. */
  async ends(topic: string): Promise<Offsets> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      return (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
    } finally {
      await admin.disconnect();
    }
  }

  /** Reads a topic from some offsets (by default the beginning) up to others, each partition in order. */
  async read(topic: string, until: Offsets, from: Offsets = []): Promise<Received[]> {
    const received: Received[] = [];
    const starts = new Map(from.map(({ partition, offset }) => [partition, BigInt(offset)]));
    const ends = new Map(until.map(({ partition, offset }) => [partition, BigInt(offset)]));
    const open = new Set([...ends].filter(([partition, end]) => end > (starts.get(partition) ?? 0n)).map(([p]) => p));
    this.#groups += 1;
    const consumer = this.#client.consumer({ groupId: `subscriber-${topic}-${this.#groups}`, maxWaitTimeInMs: 200 });
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          const offset = BigInt(message.offset);
          const end = ends.get(partition) ?? 0n;
          if (offset >= (starts.get(partition) ?? 0n) && offset < end) received.push(readMessage(message));
          if (offset + 1n >= end) open.delete(partition);
        },
      });
      await waitFor(() => Promise.resolve(open.size === 0));
    } finally {
      await consumer.disconnect();
    }
    return received;
  }

  /** Deletes the messages below these offsets, as retention would. */
  async forget(topic: string, below: Offsets): Promise<void> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      // The client does not fetch the partitions' leaders automatically.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [...below] });
    } finally {
      await admin.disconnect();
    }
  }

  /** Commits offsets for a group without members. */
  async commit(groupId: string, topic: string, partitions: Offsets): Promise<void> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      await admin.setOffsets({ groupId, topic, partitions: [...partitions] });
    } finally {
      await admin.disconnect();
    }
  }

  /** Whether a group has committed everything on a topic. */
  async hasRead(groupId: string, topic: string): Promise<boolean> {
    const admin = this.#client.admin();
    await admin.connect();
    try {
      const ends = await admin.fetchTopicOffsets(topic);
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return ends.every(({ partition, high }) => {
        const offset = committed?.partitions.find((one) => one.partition === partition)?.offset;
        return Number(high) === 0 || offset === high;
      });
    } finally {
      await admin.disconnect();
    }
  }

  /** Sends received messages again, as if Kafka had duplicated them. */
  async send(topic: string, messages: readonly Received[]): Promise<void> {
    const producer = this.#client.producer();
    await producer.connect();
    try {
      const again = messages.map(({ customerId, value, headers }) => ({ key: String(customerId), value, headers }));
      await producer.send({ topic, messages: again });
    } finally {
      await producer.disconnect();
    }
  }
}

function readMessage({ headers, value }: kafkajs.KafkaMessage): Received {
  const texts = Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]));
  const { ce_subject: subject, ce_sequence: sequence } = texts;
  return { customerId: Number(subject), version: Number(sequence), value: String(value), headers: texts };
}
