/**
 * Writes blocks of complete log lines to a file descriptor, one after the other. Logging never blocks or stops the
 * process: if a write fails, for example because the disk is full, its lines are dropped and counted, and the next
 * block is tried as usual.
 */
import { write, writeSync } from 'node:fs';

/** Further blocks are dropped while this much is waiting. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
const FULL_PIPE = 'EAGAIN';
/** The delay before a full pipe is tried again. */
const FULL_PIPE_RETRY_MS = 100;
/** How long the last lines of a process wait for a full pipe … */
const LAST_LINES_WAIT_MS_MAX = 1_000;
/** … and the interval at which they try it. */
const LAST_LINES_RETRY_MS = 10;
const LINE_END = 0x0a;

export class LogWriter {
  readonly #fd: number;
  readonly #onRecovered: (dropped: number) => void;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #retry: NodeJS.Timeout | undefined;
  /** Whether the last byte written ended a line. */
  #isLineEnded = true;
  /** Whether the rest of a line was dropped, so that the next write must start with a line end. */
  #isLineCut = false;
  /** All dropped lines, and how many of them were reported. */
  #dropped = 0;
  #reported = 0;
  #hasFailed = false;

  /** @param onRecovered called once writing succeeds again, with the number of lines dropped since the last call */
  constructor(fd: number, onRecovered: (dropped: number) => void) {
    this.#fd = fd;
    this.#onRecovered = onRecovered;
  }

  /** Lines dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param block must not be modified any more */
  write(block: Buffer): void {
    if (this.#waitingBytes + block.length > WAITING_BYTES_MAX) {
      this.#dropped += linesIn(block);
      return;
    }
    this.#waiting.push(block);
    this.#waitingBytes += block.length;
    if (!this.#isWriting && this.#retry === undefined) this.#writeNext();
  }

  /**
   * Synchronously writes the waiting blocks and then a last one. A block that is being written at that moment may
   * follow later. Never throws, and waits at most {@link LAST_LINES_WAIT_MS_MAX} for a full pipe.
   */
  writeSync(last: Buffer | null): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const endMs = performance.now() + LAST_LINES_WAIT_MS_MAX;
    for (const block of this.#waiting.splice(0)) this.#writeNow(block, endMs);
    this.#waitingBytes = 0;
    if (last !== null) this.#writeNow(last, endMs);
  }

  #writeNext(): void {
    const block = this.#waiting.shift();
    if (block === undefined) {
      this.#report();
      return;
    }
    this.#waitingBytes -= block.length;
    this.#begin(this.#afterCut(block));
  }

  #begin(block: Buffer): void {
    this.#isWriting = true;
    write(this.#fd, block, (error, written) => {
      this.#isWriting = false;
      if (error === null) this.#goOn(this.#restOf(block, written));
      else if (error.code === FULL_PIPE) this.#goOnLater(block);
      else {
        this.#drop(block);
        this.#writeNext();
      }
    });
  }

  #goOn(rest: Buffer): void {
    if (rest.length > 0) this.#begin(rest);
    else this.#writeNext();
  }

  #goOnLater(rest: Buffer): void {
    this.#waiting.unshift(rest);
    this.#waitingBytes += rest.length;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#writeNext();
    }, FULL_PIPE_RETRY_MS).unref();
  }

  #writeNow(block: Buffer, endMs: number): void {
    let rest = this.#afterCut(block);
    try {
      while (rest.length > 0) rest = this.#restOf(rest, writeUntil(endMs, this.#fd, rest));
    } catch {
      this.#drop(rest);
    }
  }

  #restOf(block: Buffer, written: number): Buffer {
    if (written > 0) this.#isLineEnded = block[written - 1] === LINE_END;
    this.#hasFailed = false;
    return block.subarray(written);
  }

  #afterCut(block: Buffer): Buffer {
    if (!this.#isLineCut) return block;
    this.#isLineCut = false;
    return Buffer.concat([Buffer.of(LINE_END), block]);
  }

  #drop(block: Buffer): void {
    this.#dropped += linesIn(block);
    this.#isLineCut = !this.#isLineEnded;
    this.#hasFailed = true;
  }

  #report(): void {
    const dropped = this.#dropped - this.#reported;
    if (dropped === 0 || this.#hasFailed) return;
    this.#reported = this.#dropped;
    this.#onRecovered(dropped);
  }
}

/**
 * Writes bytes, and waits for a full pipe until `endMs`.
 *
 * @returns the number of bytes written
 * @throws whatever `writeSync` throws
 */
function writeUntil(endMs: number, fd: number, bytes: Buffer): number {
  for (;;) {
    try {
      return writeSync(fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== FULL_PIPE || performance.now() >= endMs) throw error;
      Atomics.wait(NEVER_WOKEN, 0, 0, LAST_LINES_RETRY_MS);
    }
  }
}

const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Counts line ends; one at the start of a block belongs to an earlier line. */
function linesIn(block: Buffer): number {
  let lines = 0;
  for (let end = block.indexOf(LINE_END, 1); end >= 0; end = block.indexOf(LINE_END, end + 1)) lines += 1;
  return lines;
}
