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

/** Collects the bytes of one line. */
export class LineBytes {
  #pieces: Buffer[] = [];
  #length = 0;

  add(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > LINE_BYTES_MAX) this.#pieces = [];
    else if (bytes.length > 0) this.#pieces.push(bytes);
  }

  /** Returns the line's text and starts the next line. */
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

/** Splits a text file at its line ends, LF or CRLF. Empty lines have line numbers, but are otherwise ignored. */
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
