/** A kafkajs producer that survives a message refused by the broker. */
import kafkajs, { type IHeaders } from 'kafkajs';
import { partitionOf } from './partition.ts';
import { MessageRefusedError, type OutgoingMessage, type Producer, type RawMessage } from './port.ts';

const { CompressionTypes, Partitioners } = kafkajs;

/** Broker errors that a retry can't fix. */
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'INVALID_MESSAGE',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'RECORD_LIST_TOO_LARGE',
]);

/**
 * An idempotent producer that is replaced after a refusal: kafkajs has counted the refused messages in their
 * partition's sequence, so the broker would refuse all later messages as out of order.
 */
export class KeptProducer implements Producer {
  readonly #client: kafkajs.Kafka;
  #producer: Promise<kafkajs.Producer>;

  private constructor(client: kafkajs.Kafka, producer: kafkajs.Producer) {
    this.#client = client;
    this.#producer = Promise.resolve(producer);
  }

  static async start(client: kafkajs.Kafka): Promise<KeptProducer> {
    return new KeptProducer(client, await connectProducer(client));
  }

  async send(topic: string, messages: readonly (OutgoingMessage | RawMessage)[], partitions?: number): Promise<void> {
    const toSend = messages.map(({ key, value, headers }): kafkajs.Message => {
      const message = { key, value, headers: headers as IHeaders };
      return partitions === undefined || key === null
        ? message
        : { ...message, partition: partitionOf(key, partitions) };
    });
    const current = this.#producer;
    const producer = await current;
    try {
      const batch = { topic, acks: -1, compression: CompressionTypes.None, messages: toSend };
      mustHaveTaken(await producer.send(batch), toSend);
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === null) throw error;
      // Another batch that was refused at the same time may have replaced it already.
      if (this.#producer === current) this.#producer = this.#replace(producer);
      await this.#producer;
      throw refusal;
    }
  }

  async close(): Promise<void> {
    const producer = await this.#producer.catch(() => null);
    await producer?.disconnect();
  }

  async #replace(producer: kafkajs.Producer): Promise<kafkajs.Producer> {
    await producer.disconnect();
    return connectProducer(this.#client);
  }
}

/** The partition that was chosen for a message when it was last sent. */
const meantFor = new WeakMap<kafkajs.Message, number>();

/** The default partitioner of kafkajs, without its slow way for messages that already name their partition. */
const partitioner: kafkajs.ICustomPartitioner = () => {
  const spread = Partitioners.DefaultPartitioner();
  return (of) => {
    const partition = of.message.partition ?? spread(of);
    meantFor.set(of.message, partition);
    return partition;
  };
};

/**
 * Checks that every message was sent. kafkajs silently drops messages for a partition that it doesn't know yet, and on
 * a retry those for a partition whose new leader is a broker that has already answered.
 *
 * @throws Error unless the brokers have confirmed every partition that messages were meant for
 */
function mustHaveTaken(answers: readonly kafkajs.RecordMetadata[], messages: readonly kafkajs.Message[]): void {
  const taken = new Set(answers.map(({ partition }) => partition));
  for (const message of messages) {
    const partition = meantFor.get(message);
    if (partition === undefined || !taken.has(partition))
      throw new Error(`the messages for partition ${partition} were not sent`);
  }
}

async function connectProducer(client: kafkajs.Kafka): Promise<kafkajs.Producer> {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 5,
    allowAutoTopicCreation: false,
    createPartitioner: partitioner,
  });
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    // Otherwise the connections opened so far would stay open.
    await producer.disconnect().catch(() => {});
    throw error;
  }
}

function refusalIn(error: unknown): MessageRefusedError | null {
  for (
    let cause = error as { type?: string; cause?: unknown } | undefined;
    cause;
    cause = cause.cause as typeof cause
  ) {
    if (REFUSALS.has(String(cause.type))) return new MessageRefusedError(String(cause.type), { cause: error });
  }
  return null;
}
