/** Writes Kafka's primitive types in sequence into a buffer of known size. */

/** The types that a message may contain instead of bytes; text is encoded as UTF-8. */
export type Bytes = Buffer | string | null | undefined;

/** Up to this many characters, writing them one by one is faster than a call. */
const SHORT_TEXT_MAX = 48;

export class ByteWriter {
  readonly bytes: Buffer;
  at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  int8(value: number): void {
    this.at = this.bytes.writeInt8(value, this.at);
  }

  int16(value: number): void {
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  /** An integer of up to 32 bits, zigzag-encoded in groups of 7 bits. */
  varint(value: number): void {
    const { bytes } = this;
    let rest = zigzag(value);
    let { at } = this;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
    this.at = at;
  }

  /** Text whose UTF-8 encoding has this length. */
  text(text: string, length: number): void {
    if (length === text.length && length <= SHORT_TEXT_MAX) {
      for (let place = 0; place < length; place += 1) this.bytes[this.at + place] = text.charCodeAt(place);
      this.at += length;
    } else this.at += this.bytes.write(text, this.at, length, 'utf8');
  }

  /** Bytes preceded by their length as a varint; -1 for none. */
  varBytes(part: Bytes, length: number): void {
    this.varint(length);
    if (typeof part === 'string') this.text(part, length);
    else if (part != null) this.at += part.copy(this.bytes, this.at);
  }
}

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;

/** The number of bytes that {@link ByteWriter.varint} writes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = zigzag(value); rest > 0x7f; rest >>>= 7) size += 1;
  return size;
}

/** The number of bytes that {@link ByteWriter.varBytes} writes after the length; -1 for none. */
export function lengthOf(part: Bytes): number {
  if (part == null) return -1;
  return typeof part === 'string' ? Buffer.byteLength(part) : part.length;
}

/** The size of bytes of this length together with the length before them. */
export const sizeWithLength = (length: number): number => sizeOfVarint(length) + Math.max(0, length);
