/** Log lines on their way to a file descriptor, written together: a system call a line would cost more than the line. */
import type { DestinationStream } from 'pino';
import { LogWriter } from './log-writer.ts';

/** So many bytes are written together, or fewer where the next line might not find room … */
const TOGETHER_BYTES = 16_384;
/** … or what there is so long after the first line. */
const TOGETHER_MS = 100;
/** What a code unit of UTF-16 takes at most in UTF-8. */
const CHARACTER_BYTES_MAX = 3;

/**
 * A signal that nothing handles may take the lines of the last 100 ms with the process. A fatal line and an exit write the
 * lines that wait here; a block that a thread is writing at that moment may follow later, or not at all. pino's own
 * destination could gather lines, but measures all that it holds with each of them, and its timer writes ten times a second
 * even if there is nothing to write. Above all, it stops or blocks the process where the disk is full.
 */
export class LogLines implements DestinationStream {
  readonly #out: LogWriter;
  #bytes = Buffer.allocUnsafeSlow(TOGETHER_BYTES);
  #length = 0;
  #timer: NodeJS.Timeout | null = null;

  /** Called once lines are written again after some were dropped, with the number of those. */
  onRecovered: (dropped: number) => void = () => {};

  constructor(fd: number) {
    this.#out = new LogWriter(fd, (dropped) => this.onRecovered(dropped));
    process.once('exit', () => this.flushSync());
  }

  /** Lines that could not be written so far. */
  get dropped(): number {
    return this.#out.dropped;
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
    this.#out.writeSync(this.#take());
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
