/**
 * The body of a Produce request, version 3 to 7, with its messages as record batches of magic 2, uncompressed
 * (https://kafka.apache.org/documentation/#messageformat). All sizes are computed first; then every byte is written
 * once, into one buffer.
 */
import { type Bytes, ByteWriter, lengthOf, sizeOfVarint, sizeWithLength } from './byte-writer.ts';
import { crc32c } from './crc32c.ts';

/** A message in the form of kafkajs. */
interface ProducedMessage {
  /** In ms; the time of sending by default. */
  readonly timestamp?: string;
  readonly key?: Bytes;
  readonly value?: Bytes;
  readonly headers?: Readonly<Record<string, Bytes | readonly Bytes[]>>;
}

/** The options that kafkajs passes to its own encoder. */
export interface ProduceOptions {
  readonly acks: number;
  /** ms */
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  /** A 64-bit integer in any form. */
  readonly producerId?: { toString(): string } | undefined;
  readonly producerEpoch?: number | undefined;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number | undefined;
      readonly messages: readonly ProducedMessage[];
    }[];
  }[];
}

const MAGIC = 2;
const TRANSACTIONAL = 16;
/** The sizes of a batch without its records: up to and with the length, from there to the checksum, and the rest. */
const BASE_SIZE = 12;
const HEAD_SIZE = 9;
const BODY_SIZE = 40;
/** The attributes and the timestamp delta, which is 0. */
const RECORD_HEAD_SIZE = 2;

/**
 * Encodes the body.
 *
 * @param options whose messages have no timestamps of their own
 * @param nowMs the time of all messages
 */
export function encodeProduce(options: ProduceOptions, nowMs: number): Buffer {
  const { acks, timeout, transactionalId = null, topicData } = options;
  const topics = topicData.map(({ topic, partitions }) => ({
    topic: Buffer.from(topic),
    batches: partitions.map((partition) => ({ ...partition, measured: new Measured(partition.messages) })),
  }));
  const transaction = transactionalId === null ? null : Buffer.from(transactionalId);
  const writer = new ByteWriter(
    topics.reduce(
      (size, { topic, batches }) =>
        batches.reduce((sum, { measured }) => sum + 8 + measured.batchSize, size + 2 + topic.length + 4),
      2 + (transaction?.length ?? 0) + 10,
    ),
  );
  writer.int16(transaction?.length ?? -1);
  if (transaction !== null) writer.at += transaction.copy(writer.bytes, writer.at);
  writer.int16(acks);
  writer.int32(timeout);
  writer.int32(topics.length);
  for (const { topic, batches } of topics) {
    writer.int16(topic.length);
    writer.at += topic.copy(writer.bytes, writer.at);
    writer.int32(batches.length);
    for (const { partition, firstSequence = 0, measured } of batches) {
      writer.int32(partition);
      writer.int32(measured.batchSize);
      writeBatch(writer, measured, options, firstSequence, nowMs);
    }
  }
  return writer.bytes;
}

function writeBatch(
  writer: ByteWriter,
  measured: Measured,
  { transactionalId = null, producerId = -1, producerEpoch = 0 }: ProduceOptions,
  firstSequence: number,
  nowMs: number,
): void {
  const { messages } = measured;
  writer.int64(0n);
  writer.int32(measured.batchSize - BASE_SIZE);
  writer.int32(0);
  writer.int8(MAGIC);
  const checksumAt = writer.at;
  writer.int32(0);
  const bodyAt = writer.at;
  writer.int16(transactionalId === null ? 0 : TRANSACTIONAL);
  writer.int32(messages.length - 1);
  writer.int64(BigInt(nowMs));
  writer.int64(BigInt(nowMs));
  writer.int64(BigInt(producerId.toString()));
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  measured.write(writer);
  writer.bytes.writeUInt32BE(crc32c(writer.bytes.subarray(bodyAt, writer.at)), checksumAt);
}

/** Messages with the lengths of all their parts, so that nothing is measured twice. */
class Measured {
  readonly messages: readonly ProducedMessage[];
  /** The size of the whole batch, in bytes. */
  readonly batchSize: number;
  /** For each message the size of its record, then the lengths of its parts in the order of writing. */
  readonly #lengths: number[] = [];

  constructor(messages: readonly ProducedMessage[]) {
    this.messages = messages;
    let size = BASE_SIZE + HEAD_SIZE + BODY_SIZE;
    for (let place = 0; place < messages.length; place += 1)
      size += this.#measure(messages[place] as ProducedMessage, place);
    this.batchSize = size;
  }

  /** Writes the records. */
  write(writer: ByteWriter): void {
    let read = 0;
    const next = (): number => this.#lengths[read++] as number;
    this.messages.forEach(({ key, value, headers = {} }, place) => {
      writer.varint(next());
      writer.int8(0);
      writer.varint(0);
      writer.varint(place);
      writer.varBytes(key, next());
      writer.varBytes(value, next());
      writer.varint(next());
      for (const name in headers)
        for (const part of partsOf(headers[name])) {
          writer.varBytes(name, next());
          writer.varBytes(part, next());
        }
    });
  }

  #measure({ key, value, headers = {} }: ProducedMessage, place: number): number {
    const lengths = this.#lengths;
    const first = lengths.push(0) - 1;
    let size = RECORD_HEAD_SIZE + sizeOfVarint(place) + this.#part(key) + this.#part(value);
    const countAt = lengths.push(0) - 1;
    let count = 0;
    for (const name in headers)
      for (const part of partsOf(headers[name])) {
        size += this.#part(name) + this.#part(part);
        count += 1;
      }
    lengths[countAt] = count;
    size += sizeOfVarint(count);
    lengths[first] = size;
    return sizeWithLength(size);
  }

  #part(part: Bytes): number {
    const length = lengthOf(part);
    this.#lengths.push(length);
    return sizeWithLength(length);
  }
}

/** A header that occurs several times has a list of values. */
const partsOf = (header: Bytes | readonly Bytes[]): readonly Bytes[] =>
  Array.isArray(header) ? header : [header as Bytes];
