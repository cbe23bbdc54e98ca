/** Collects log lines and writes them together: a system call per line would cost more than the line. */
import type { DestinationStream } from 'pino';
import { LogWriter } from './log-writer.ts';

/** Lines are written when they fill a block of this size … */
const TOGETHER_BYTES = 16_384;
/** … or this long after the first line. */
const TOGETHER_MS = 100;
/** The maximum size of a UTF-16 code unit in UTF-8, in bytes. */
const CHARACTER_BYTES_MAX = 3;

/**
 * An unhandled signal may lose the lines of the last 100 ms. A fatal line and an exit flush the lines waiting here; a
 * block that a thread is writing at that moment may follow later, or not at all. pino's own destination can buffer
 * lines, too, but measures its whole buffer for each line, and its timer fires ten times a second even when there is
 * nothing to write. Above all, it stops or blocks the process when the disk is full.
 */
export class LogLines implements DestinationStream {
  readonly #out: LogWriter;
  #bytes = Buffer.allocUnsafeSlow(TOGETHER_BYTES);
  #length = 0;
  #timer: NodeJS.Timeout | null = null;

  /** Called once writing succeeds again, with the number of lines dropped before. */
  onRecovered: (dropped: number) => void = () => {};

  constructor(fd: number) {
    this.#out = new LogWriter(fd, (dropped) => this.onRecovered(dropped));
    process.once('exit', () => this.flushSync());
  }

  /** Lines dropped so far. */
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

  /** Starts to write the collected lines. */
  flush(): void {
    const bytes = this.#take();
    if (bytes !== null) this.#out.write(bytes);
  }

  /** Synchronously writes the collected lines; pino calls it for a fatal line. */
  flushSync(): void {
    this.#out.writeSync(this.#take());
  }

  /**
   * A large block is handed over, because it may be written later; few bytes are copied, because they would retain a
   * whole block.
   */
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

/** Copies into memory of its own: Node allocates small buffers from a pool that each of them keeps alive. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
