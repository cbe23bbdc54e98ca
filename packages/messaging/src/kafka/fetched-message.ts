/** A fetched record (https://kafka.apache.org/documentation/#record) in the form of kafkajs. */
import { isAscii } from 'node:buffer';
import { type ByteReader, exact, UnreadableError } from './byte-reader.ts';

/** The fields of a batch that apply to all its records; 64-bit numbers are text. */
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

/** The context of a batch, and the base values to which its records contain deltas. */
export interface FetchedBatch {
  readonly context: BatchContext;
  readonly firstOffset: number;
  /** Milliseconds since 1970. */
  readonly firstTimestamp: number;
}

/** The timestamp type of records whose time is when the broker appended their batch. */
const LOG_APPEND_TIME = 1;

/** Header names by position, for reuse: the messages of a topic mostly have the same ones. */
export type HeaderNames = string[];

/** A header with the start and end of its value; `from` is -1 if it has no value. */
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
   * @param names header names of earlier records; this record's names are added
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

  /** The headers in the form of kafkajs: one that occurs several times has a list of values. */
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

  /** The headers as UTF-8 text: empty for one without a value; values of the same name are joined by commas. */
  headerTexts(): Record<string, string> {
    const texts: Record<string, string> = {};
    const start = this.#headers[0]?.from ?? -1;
    const end = this.#headers.at(-1)?.to ?? -1;
    // Decodes all values as one text and slices it, which is far cheaper than decoding a dozen values.
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

/** Reads the next name; reuses the earlier name at this position if the bytes are the same. */
function nameOf(reader: ByteReader, names: HeaderNames, place: number): string {
  const length = reader.varint();
  const from = reader.skip(length);
  const known = names[place];
  if (known !== undefined && known.length === length && isSame(known, reader.bytes, from)) return known;
  const name = reader.bytes.toString('utf8', from, from + length);
  // It can't be set as a property like other names.
  if (name === '__proto__') throw new UnreadableError();
  names[place] = name;
  return name;
}

/** Whether the text is ASCII and equals the bytes from `from` on. */
function isSame(text: string, bytes: Buffer, from: number): boolean {
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 0x7f || bytes[from + place] !== code) return false;
  }
  return true;
}
