/**
 * The frame format, the same in both directions. Integers are in network byte order:
 *
 *     length   4 bytes: the number of bytes that follow
 *     type     1 byte
 *     call     4 bytes: the call's number, chosen by the client
 *     head     4 bytes: its length; then JSON: an array of strings
 *     body     the remaining bytes
 *
 * The head of a request holds the method, the path, then alternating header names and values. The head of an answer
 * holds the status, then headers in the same form. A call consists of one request and one answer, unless either side
 * breaks it off; the head of that frame is empty or holds the reason.
 */
export const FRAME_TYPES = { request: 1, answer: 2, breakOff: 3 } as const;

export type FrameType = (typeof FRAME_TYPES)[keyof typeof FRAME_TYPES];

export interface Frame {
  readonly type: number;
  readonly call: number;
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** A malformed frame. After receiving one, nothing that follows on the connection can be decoded. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const LENGTH_BYTES = 4;
const FIXED_BYTES = LENGTH_BYTES + 1 + 4 + 4;
const MIB = 1024 * 1024;
/** Enough for a request body of at most 1 MiB; the server that received the request limits its headers. */
export const REQUEST_BYTES_MAX = 4 * MIB;
/** For scale: a page of 200 payments, each covering 1,000 loans, is 17 MB. */
export const ANSWER_BYTES_MAX = 64 * MIB;

/**
 * @param bytesMax the longest frame that the other side accepts
 * @throws FrameError if the frame would be longer
 */
export function encodeFrame(
  type: FrameType,
  call: number,
  head: readonly string[],
  body: Uint8Array | string,
  bytesMax: number,
): Buffer {
  const text = JSON.stringify(head);
  const headBytes = Buffer.byteLength(text);
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const bytes = FIXED_BYTES + headBytes + bodyBytes;
  if (bytes > bytesMax) throw new FrameError(`a frame of ${bytes} bytes`);
  const frame = Buffer.allocUnsafe(bytes);
  frame.writeUInt32BE(frame.length - LENGTH_BYTES, 0);
  frame.writeUInt8(type, 4);
  frame.writeUInt32BE(call, 5);
  frame.writeUInt32BE(headBytes, 9);
  frame.write(text, FIXED_BYTES);
  if (typeof body === 'string') frame.write(body, FIXED_BYTES + headBytes);
  else frame.set(body, FIXED_BYTES + headBytes);
  return frame;
}

/** Splits a byte stream into frames; chunk boundaries need not match frame boundaries. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #bytesMax: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #framesRead = 0;
  /** The number of bytes that must be buffered before the next frame, or its length, can be read. */
  #neededBytes = LENGTH_BYTES;

  /** @param bytesMax the limit for one frame; a longer one is rejected before its content is buffered */
  constructor(onFrame: (frame: Frame) => void, bytesMax: number) {
    this.#onFrame = onFrame;
    this.#bytesMax = bytesMax;
  }

  /** The index, from 0, of the frame that has been received in part; null between two frames. */
  get begun(): number | null {
    return this.#heldBytes === 0 ? null : this.#framesRead;
  }

  /** @throws FrameError */
  take(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return;
    const bytes = this.#held.length === 1 ? chunk : Buffer.concat(this.#held);
    let start = 0;
    let next = this.#lengthAt(bytes, start);
    while (bytes.length - start >= next) {
      this.#onFrame(decode(bytes.subarray(start, start + next)));
      this.#framesRead += 1;
      start += next;
      next = this.#lengthAt(bytes, start);
    }
    this.#neededBytes = next;
    this.#heldBytes = bytes.length - start;
    this.#held = this.#heldBytes === 0 ? [] : [bytes.subarray(start)];
  }

  /** The length of the frame that starts here; until its length field is complete, the length of that field. */
  #lengthAt(bytes: Buffer, start: number): number {
    if (bytes.length - start < LENGTH_BYTES) return LENGTH_BYTES;
    const length = LENGTH_BYTES + bytes.readUInt32BE(start);
    if (length < FIXED_BYTES || length > this.#bytesMax) throw new FrameError(`a frame of ${length} bytes`);
    return length;
  }
}

function decode(bytes: Buffer): Frame {
  const headEnd = FIXED_BYTES + bytes.readUInt32BE(9);
  if (headEnd > bytes.length) throw new FrameError('a head that is longer than its frame');
  return {
    type: bytes.readUInt8(4),
    call: bytes.readUInt32BE(5),
    head: headOf(bytes.toString('utf8', FIXED_BYTES, headEnd)),
    body: bytes.subarray(headEnd),
  };
}

function headOf(text: string): string[] {
  try {
    const head: unknown = JSON.parse(text);
    if (Array.isArray(head) && head.every((item) => typeof item === 'string')) return head;
  } catch {
    // reported below
  }
  throw new FrameError('a head that is not an array of strings');
}
