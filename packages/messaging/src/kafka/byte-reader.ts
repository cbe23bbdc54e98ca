/** Reads Kafka's primitive types in sequence from a part of a buffer. */

/** The bytes are not of the expected form, or contain a number outside the safe integers. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

export class ByteReader {
  readonly bytes: Buffer;
  readonly #end: number;
  #at: number;

  /** Every read throws an UnreadableError if it would pass the end. */
  constructor(bytes: Buffer, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  int8(): number {
    return this.bytes.readInt8(this.skip(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.skip(4));
  }

  int64(): number {
    return exact(this.int32() * 2 ** 32 + this.bytes.readUInt32BE(this.skip(4)));
  }

  /** An integer of up to 64 bits, zigzag-encoded in groups of 7 bits. */
  varint(): number {
    let group = this.bytes[this.skip(1)] as number;
    if (group < 0x80) return (group >>> 1) ^ -(group & 1);
    let zigzag = group & 0x7f;
    for (let weight = 2 ** 7; group >= 0x80; weight *= 2 ** 7) {
      group = this.bytes[this.skip(1)] as number;
      zigzag += (group & 0x7f) * weight;
    }
    exact(zigzag);
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** UTF-8 text of this length in bytes. */
  text(length: number): string {
    const from = this.skip(length);
    return this.bytes.toString('utf8', from, from + length);
  }

  /** Bytes that are preceded by their length as a varint; null for -1. They are not copied. */
  varBytes(): Buffer | null {
    const length = this.varint();
    if (length === -1) return null;
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  /** The byte at this distance ahead, without reading past it; undefined beyond the end of the buffer. */
  peek(distance: number): number | undefined {
    return this.bytes[this.#at + distance];
  }

  /** Skips bytes. @returns where they begin */
  skip(length: number): number {
    const from = this.#at;
    if (length < 0 || from + length > this.#end) throw new UnreadableError();
    this.#at = from + length;
    return from;
  }

  /** Skips bytes. @returns a reader of only these bytes */
  part(length: number): ByteReader {
    const from = this.skip(length);
    return new ByteReader(this.bytes, from, from + length);
  }
}

/** Returns the number if it is a safe integer. @throws UnreadableError otherwise */
export function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new UnreadableError();
  return value;
}
