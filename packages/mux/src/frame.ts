/**
 * What goes over the connection, either way. A frame is
 *
 *     length   4 bytes, of all that follows
 *     type     1 byte
 *     call     4 bytes, the number that the client gave the call
 *     head     4 bytes its length, then JSON: an array of strings
 *     body     the rest
 *
 * with numbers in network order. The head of a request is method, path, then names and values of its headers in turns; that
 * of an answer is its status, then the same. A call has one request and one answer, or is broken off by either side; the
 * head of that is empty, or has the reason.
 */
export const FRAME_TYPES = { request: 1, answer: 2, breakOff: 3 } as const;

export type FrameType = (typeof FRAME_TYPES)[keyof typeof FRAME_TYPES];

export interface Frame {
  readonly type: number;
  readonly call: number;
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** What is no frame. Where the other side sent it, nothing after it can be understood. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const LENGTH_BYTES = 4;
const FIXED_BYTES = LENGTH_BYTES + 1 + 4 + 4;
const MIB = 1024 * 1024;
/** A request's body may be 1 MiB; headers are bounded by the server that took them. */
export const REQUEST_BYTES_MAX = 4 * MIB;
/** A page of 200 payments, each of which pays a thousand loans, is 17 MB. */
export const ANSWER_BYTES_MAX = 64 * MIB;

/**
 * @param bytesMax what the other side reads
 * @throws FrameError where it would be longer
 */
export function encodeFrame(
  type: FrameType,
  call: number,
  head: readonly string[],
  body: Uint8Array | string,
  bytesMax = REQUEST_BYTES_MAX,
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

/** Cuts what comes in into frames, wherever it was cut on its way. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #bytesMax: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #framesRead = 0;
  /** How much must be held before there is a frame to read. */
  #neededBytes = LENGTH_BYTES;

  /** @param bytesMax of one frame: longer ones are refused before they are held */
  constructor(onFrame: (frame: Frame) => void, bytesMax: number) {
    this.#onFrame = onFrame;
    this.#bytesMax = bytesMax;
  }

  /** Which frame has begun and is not whole yet, counted from 0; null between two frames. */
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

  /** How long the frame is that begins here; where that hasn't come in yet, how much tells it. */
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
    // told below
  }
  throw new FrameError('a head that is no array of strings');
}
