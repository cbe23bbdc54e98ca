/**
 * From the bytes of a file to its lines, in bounded memory: bytes come in pieces that end anywhere, and a line that is
 * too long is let go as it arrives.
 */
import { isUtf8 } from 'node:buffer';
import { LINE_BYTES_MAX } from './limits.ts';

/** What was read of one line: a value that is still to be checked, or what is wrong with the line as such. */
export type ReadLine = { readonly line: number } & ({ readonly value: unknown } | { readonly fault: string });

/** Reads a file as it arrives. */
export interface LineReader {
  /**
   * The lines that these bytes complete.
   *
   * @throws ProblemError invalid_request, where it isn't such a file at all
   */
  read(bytes: Buffer): Iterable<ReadLine>;
  /** What is left when the file has ended. */
  end(): Iterable<ReadLine>;
}

/** The text of a line, or why it has none. */
type Text = { readonly text: string } | { readonly fault: string };

/** Gathers the bytes of one line. */
export class LineBytes {
  #pieces: Buffer[] = [];
  #length = 0;

  add(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > LINE_BYTES_MAX) this.#pieces = [];
    else if (bytes.length > 0) this.#pieces.push(bytes);
  }

  /** The line's text, and begins the next. */
  take(): Text {
    const [first] = this.#pieces;
    const whole = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    const isTooLong = this.#length > LINE_BYTES_MAX;
    this.#pieces = [];
    this.#length = 0;
    if (isTooLong) return { fault: `is longer than ${LINE_BYTES_MAX} bytes` };
    return isUtf8(whole) ? { text: whole.toString() } : { fault: 'is not UTF-8' };
  }
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/** Splits a text file at its line ends, LF or CRLF. Empty lines count for the line numbers, and for nothing else. */
export class LineSplitter {
  readonly #bytes = new LineBytes();
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
    const begun = this.#line === 1 && taken.text.startsWith(BYTE_ORDER_MARK) ? taken.text.slice(1) : taken.text;
    const text = begun.endsWith('\r') ? begun.slice(0, -1) : begun;
    return text.trim() === '' ? null : { line: this.#line, text };
  }
}
