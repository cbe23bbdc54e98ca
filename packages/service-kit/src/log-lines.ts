/** Log lines on their way to a file descriptor, written together: a system call a line would cost more than the line. */
import { type DestinationStream, pino } from 'pino';

/** So many bytes are written together, or fewer where the next line might not find room … */
const TOGETHER_BYTES = 16_384;
/** … or what there is so long after the first line. */
const TOGETHER_MS = 100;
/** Beyond so many bytes that nobody takes, lines are dropped. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** What a code unit of UTF-16 takes at most in UTF-8. */
const CHARACTER_BYTES_MAX = 3;

/**
 * What the end of a process by a signal that nothing handles may take with it is what was logged in the last moment. A fatal
 * line, and an exit, write what waits here; what a thread is writing at that moment may come after it, or not at all. pino's own
 * destination could gather lines, but measures all that it holds anew with each of them, and its clock writes ten times a second
 * where there is nothing to write.
 */
export class LogLines implements DestinationStream {
  readonly #out: Destination;
  /** For the last lines of a process, which has no time left to be told that they are written. */
  readonly #last: Destination;
  #bytes = Buffer.allocUnsafeSlow(TOGETHER_BYTES);
  #length = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: number) {
    this.#out = destination({ fd, sync: false, maxLength: WAITING_BYTES_MAX });
    this.#last = destination({ fd, sync: true });
    process.once('exit', () => this.flushSync());
  }

  write(line: string): void {
    const bytesMax = line.length * CHARACTER_BYTES_MAX;
    if (this.#length + bytesMax > TOGETHER_BYTES) this.flush();
    if (bytesMax > TOGETHER_BYTES) {
      this.#out.write(Buffer.from(line));
      return;
    }
    this.#length += this.#bytes.write(line, this.#length);
    this.#timer ??= setTimeout(() => this.flush(), TOGETHER_MS).unref();
  }

  /** Begins to write what there is. */
  flush(): void {
    const bytes = this.#take();
    if (bytes !== null) this.#out.write(bytes);
  }

  /** Writes what there is before it returns: pino asks for it with a fatal line. */
  flushSync(): void {
    this.#out.flushSync();
    const bytes = this.#take();
    if (bytes !== null) this.#last.write(bytes);
  }

  /** A block goes with what is in it, for that may be written later; little is copied, or it would hold on to a whole block. */
  #take(): Buffer | null {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#length === 0) return null;
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    if (bytes.length < TOGETHER_BYTES / 2) return copyOf(bytes);
    this.#bytes = Buffer.allocUnsafeSlow(TOGETHER_BYTES);
    return bytes;
  }
}

/** Of memory that is for these bytes alone: Node cuts small ones out of blocks that all of them hold on to. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** pino's destination, which takes bytes where it is told so. */
interface Destination {
  write(bytes: Buffer): void;
  flushSync(): void;
}

/** What it would put together it counts wrongly once a write has failed, so it writes each block by itself. */
const destination = (options: { fd: number; sync: boolean; maxLength?: number }): Destination =>
  pino.destination({ ...options, contentMode: 'buffer', maxWrite: 1 }) as unknown as Destination;
