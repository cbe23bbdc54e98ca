/**
 * Splits a file into lines in bounded memory: bytes arrive in pieces that may end anywhere, and a line that is too long
 * is discarded as it arrives.
 */
import { isUtf8 } from 'node:buffer';
import { LINE_BYTES_MAX } from './limits.ts';

/** The content of a line: a value that is still to be validated, or the reason why the line can't be read. */
export type ReadLine = { readonly line: number } & ({ readonly value: unknown } | { readonly fault: string });

/** Reads a file as it arrives. */
export interface LineReader {
  /**
   * The lines that these bytes complete.
   *
   * @throws ProblemError invalid_request, if the file isn't of this format at all
   */
  read(bytes: Buffer): Iterable<ReadLine>;
  /** The remaining lines at the end of the file. */
  end(): Iterable<ReadLine>;
}

/** The text of a line, or the reason why there is none. */
type Text = { readonly text: string } | { readonly fault: string };

/** Collects the bytes of one line, as copies, because a part of a piece would keep the whole piece in memory. */
export class LineBytes {
  readonly #bytes = Buffer.allocUnsafe(LINE_BYTES_MAX + 1);
  /** If the last byte is one of these, it is not part of the line. */
  readonly #endings: ReadonlySet<number>;
  /** Also counts bytes that are discarded because the line is too long. */
  #length = 0;

  constructor(endings: ReadonlySet<number>) {
    this.#endings = endings;
  }

  add(bytes: Buffer): void {
    bytes.copy(this.#bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Returns the line's text and starts the next line. */
  take(): Text {
    const length = this.#endings.has(this.#bytes[this.#length - 1] ?? -1) ? this.#length - 1 : this.#length;
    this.#length = 0;
    if (length > LINE_BYTES_MAX) return { fault: `is longer than ${LINE_BYTES_MAX} bytes` };
    const line = this.#bytes.subarray(0, length);
    return isUtf8(line) ? { text: line.toString() } : { fault: 'is not UTF-8' };
  }
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = '\ufeff';

/** Splits a text file at its line ends, LF or CRLF. Empty lines have line numbers, but are otherwise ignored. */
export class LineSplitter {
  readonly #bytes = new LineBytes(new Set([CARRIAGE_RETURN]));
  #line = 0;

  *read(bytes: Buffer): Generator<{ readonly line: number } & Text> {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#bytes.add(bytes.subarray(start, end));
      start = end + 1;
      const line = this.#take();
      if (line !== null) yield line;
    }
    this.#bytes.add(bytes.subarray(start));
  }

  *end(): Generator<{ readonly line: number } & Text> {
    const line = this.#take();
    if (line !== null) yield line;
  }

  #take(): ({ readonly line: number } & Text) | null {
    this.#line += 1;
    const taken = this.#bytes.take();
    if ('fault' in taken) return { line: this.#line, ...taken };
    const text = this.#line === 1 && taken.text.startsWith(BYTE_ORDER_MARK) ? taken.text.slice(1) : taken.text;
    return text.trim() === '' ? null : { line: this.#line, text };
  }
}
