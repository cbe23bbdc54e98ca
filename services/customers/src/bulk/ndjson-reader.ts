import { DuplicateMemberError, parseJson } from '@mo/contracts';
import { type LineReader, LineSplitter, type ReadLine } from './lines.ts';

/** Newline-delimited JSON: one value per line. */
export class NdjsonReader implements LineReader {
  readonly #splitter = new LineSplitter();

  *read(bytes: Buffer): Generator<ReadLine> {
    for (const read of this.#splitter.read(bytes)) yield 'fault' in read ? read : readJson(read.line, read.text);
  }

  *end(): Generator<ReadLine> {
    for (const read of this.#splitter.end()) yield 'fault' in read ? read : readJson(read.line, read.text);
  }
}

/** Parses a line as JSON, and keeps numbers as they were written. */
export function readJson(line: number, text: string): ReadLine {
  try {
    return { line, value: parseJson(text) };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof DuplicateMemberError) return { line, fault: message };
    return { line, fault: `is not JSON: ${inLine(message)}` };
  }
}

/** V8 counts lines from the beginning of this text, and doesn't know what separates values. */
const inLine = (message: string): string =>
  message
    .replace(/ \(line \d+ column \d+\)$/, '')
    .replace(/^Unexpected non-whitespace character after JSON/, 'more follows the value without a separator');
