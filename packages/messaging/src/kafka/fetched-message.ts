/**
 * A record as a fetch brings it (https://kafka.apache.org/documentation/#record), in the form that kafkajs gives it.
 */
import { isAscii } from 'node:buffer';
import { type ByteReader, exact, UnreadableError } from './byte-reader.ts';

/** What a batch tells of its records; 64-bit numbers are text. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: 0 | 1;
  readonly magicByte: number;
}

/** A batch as its records are read: beside what it tells of them, that of which they tell the distance. */
export interface FetchedBatch {
  readonly context: BatchContext;
  readonly firstOffset: number;
  /** Milliseconds since 1970. */
  readonly firstTimestamp: number;
}

/** The time of records is that at which the broker took their batch. */
const LOG_APPEND_TIME = 1;

/** Names of headers by their places: those of a topic's messages are mostly the same. */
export type HeaderNames = string[];

/** Where the value of a header begins and ends; it begins at -1 where there is none. */
interface Header {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export class FetchedMessage {
  readonly magicByte: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly #bytes: Buffer;
  readonly #headers: readonly Header[];

  /**
   * Reads a record.
   *
   * @param names of the headers that were read before; it is told of those of this record
   * @throws UnreadableError
   */
  constructor(reader: ByteReader, { context, firstOffset, firstTimestamp }: FetchedBatch, names: HeaderNames) {
    this.magicByte = context.magicByte;
    this.attributes = reader.int8();
    const timestamp = exact(firstTimestamp + reader.varint());
    this.timestamp = context.timestampType === LOG_APPEND_TIME ? context.maxTimestamp : String(timestamp);
    this.offset = String(exact(firstOffset + reader.varint()));
    this.key = reader.varBytes();
    this.value = reader.varBytes();
    this.isControlRecord = context.isControlBatch;
    this.batchContext = context;
    this.#bytes = reader.bytes;
    this.#headers = readHeaders(reader, names);
  }

  /** As kafkajs gives them: one that is there several times has a list. */
  get headers(): Record<string, Buffer | null | (Buffer | null)[]> {
    const headers: Record<string, Buffer | null | (Buffer | null)[]> = {};
    for (const { name, from, to } of this.#headers) {
      const value = from === -1 ? null : this.#bytes.subarray(from, to);
      const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
      if (before === undefined) headers[name] = value;
      else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
    }
    return headers;
  }

  /** The same as UTF-8 text: nothing for one without a value, and those of one name with commas between. */
  headerTexts(): Record<string, string> {
    const texts: Record<string, string> = {};
    const start = this.#headers[0]?.from ?? -1;
    const end = this.#headers.at(-1)?.to ?? -1;
    // One text for all, of which each is a part: far cheaper than to decode a dozen.
    const whole =
      start >= 0 && end >= start && isAscii(this.#bytes.subarray(start, end))
        ? this.#bytes.toString('latin1', start, end)
        : null;
    for (const { name, from, to } of this.#headers) {
      let text = '';
      if (from !== -1)
        text = whole === null ? this.#bytes.toString('utf8', from, to) : whole.slice(from - start, to - start);
      texts[name] = Object.hasOwn(texts, name) ? `${texts[name]},${text}` : text;
    }
    return texts;
  }
}

function readHeaders(reader: ByteReader, names: HeaderNames): Header[] {
  const count = reader.varint();
  if (count < 0) throw new UnreadableError();
  const headers: Header[] = [];
  for (let place = 0; place < count; place += 1) {
    const name = nameOf(reader, names, place);
    const length = reader.varint();
    const from = length === -1 ? -1 : reader.skip(length);
    headers.push({ name, from, to: from + length });
  }
  return headers;
}

/** The next name: the one that was at this place before, where its bytes are the same. */
function nameOf(reader: ByteReader, names: HeaderNames, place: number): string {
  const length = reader.varint();
  const from = reader.skip(length);
  const known = names[place];
  if (known !== undefined && known.length === length && isSame(known, reader.bytes, from)) return known;
  const name = reader.bytes.toString('utf8', from, from + length);
  // It can't be set as others are.
  if (name === '__proto__') throw new UnreadableError();
  names[place] = name;
  return name;
}

/** Whether these bytes are text of the same length, all of it ASCII. */
function isSame(text: string, bytes: Buffer, from: number): boolean {
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 0x7f || bytes[from + place] !== code) return false;
  }
  return true;
}
