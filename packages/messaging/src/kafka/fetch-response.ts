/**
 * The body of a Fetch response, version 11 (https://kafka.apache.org/protocol#The_Messages_Fetch), with uncompressed
 * record batches of magic 2 (https://kafka.apache.org/documentation/#recordbatch), in the form of kafkajs.
 */
import { ByteReader, UnreadableError } from './byte-reader.ts';
import { type BatchContext, FetchedMessage, type HeaderNames } from './fetched-message.ts';

interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: readonly FetchedMessage[];
}

export interface FetchResponse {
  /** How long kafkajs has to wait, in ms: 0, because the broker expects the client to throttle itself. */
  readonly throttleTime: 0;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

const MAGIC = 2;
/** The position of the magic byte in every message format. */
const MAGIC_AT = 16;
const COMPRESSION_BITS = 0x7;
const LOG_APPEND_TIME_BIT = 0x8;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
/** With fewer bytes left kafkajs looks for no further batch, because the broker may have truncated the last one. */
const BATCH_SIZE_MIN = 49;

/** Decodes the body; the messages refer to its bytes. @returns null if it contains something unsupported */
export function decodeFetch(bytes: Buffer): FetchResponse | null {
  try {
    return readResponse(new ByteReader(bytes));
  } catch (error) {
    if (error instanceof UnreadableError) return null;
    throw error;
  }
}

function readResponse(reader: ByteReader): FetchResponse {
  const names: HeaderNames = [];
  return {
    throttleTime: 0,
    clientSideThrottleTime: reader.int32(),
    errorCode: reader.int16(),
    sessionId: reader.int32(),
    responses: readArray(reader, () => ({
      topicName: reader.text(reader.int16()),
      partitions: readArray(reader, () => readPartition(reader, names)),
    })),
  };
}

const readPartition = (reader: ByteReader, names: HeaderNames): FetchedPartition => ({
  partition: reader.int32(),
  errorCode: reader.int16(),
  highWatermark: String(reader.int64()),
  lastStableOffset: String(reader.int64()),
  lastStartOffset: String(reader.int64()),
  abortedTransactions: readArray(reader, () => ({
    producerId: String(reader.int64()),
    firstOffset: String(reader.int64()),
  })),
  preferredReadReplica: reader.int32(),
  messages: readMessages(reader, names),
});

function readMessages(reader: ByteReader, names: HeaderNames): FetchedMessage[] {
  const size = reader.int32();
  const messages: FetchedMessage[] = [];
  if (size <= 0) return messages;
  const batches = reader.part(size);
  if (size > MAGIC_AT && batches.peek(MAGIC_AT) !== MAGIC) throw new UnreadableError();
  while (batches.left >= BATCH_SIZE_MIN) {
    const firstOffset = batches.int64();
    const length = batches.int32();
    if (length > batches.left) break;
    readBatch(batches.part(length), firstOffset, names, messages);
  }
  return messages;
}

function readBatch(reader: ByteReader, firstOffset: number, names: HeaderNames, messages: FetchedMessage[]): void {
  const partitionLeaderEpoch = reader.int32();
  const magicByte = reader.int8();
  if (magicByte !== MAGIC) throw new UnreadableError();
  reader.skip(4); // The checksum, which kafkajs doesn't verify either.
  const attributes = reader.int16();
  if ((attributes & COMPRESSION_BITS) !== 0) throw new UnreadableError();
  const lastOffsetDelta = reader.int32();
  const firstTimestamp = reader.int64();
  const context: BatchContext = {
    firstOffset: String(firstOffset),
    partitionLeaderEpoch,
    magicByte,
    inTransaction: (attributes & TRANSACTIONAL_BIT) !== 0,
    isControlBatch: (attributes & CONTROL_BIT) !== 0,
    timestampType: (attributes & LOG_APPEND_TIME_BIT) === 0 ? 0 : 1,
    lastOffsetDelta,
    firstTimestamp: String(firstTimestamp),
    maxTimestamp: String(reader.int64()),
    producerId: String(reader.int64()),
    producerEpoch: reader.int16(),
    firstSequence: reader.int32(),
  };
  const batch = { context, firstOffset, firstTimestamp };
  for (let left = reader.int32(); left > 0; left -= 1)
    messages.push(new FetchedMessage(reader.part(reader.varint()), batch, names));
}

/** @param next reads an element */
function readArray<T>(reader: ByteReader, next: () => T): T[] {
  const elements: T[] = [];
  for (let left = reader.int32(); left > 0; left -= 1) elements.push(next());
  return elements;
}
