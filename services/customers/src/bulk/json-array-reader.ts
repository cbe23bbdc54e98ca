/**
 * A JSON array, element by element as it arrives. The reader scans only for what separates elements (brackets, strings
 * and commas); each element is then parsed separately. An error within an element is reported for its place.
 */
import { invalid } from '@mo/service-kit';
import { LineBytes, type LineReader, type ReadLine } from './lines.ts';
import { readJson } from './ndjson-reader.ts';

const code = (character: string): number => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const COMMA = code(',');
const OPENING = new Set([code('['), code('{')]);
const CLOSING = new Set([code(']'), code('}')]);
const WHITE_SPACE = new Set([code(' '), code('\t'), code('\n'), code('\r')]);
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf]);

export class JsonArrayReader implements LineReader {
  readonly #element = new LineBytes(WHITE_SPACE);
  #where: 'before' | 'inside' | 'after' | 'beyond' = 'before';
  #place = 0;
  /** Number of open brackets within the element. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Whether white space around an element precedes; more of it is left out, so that it doesn't count as its size. */
  #isSpaceBefore = true;

  *read(bytes: Buffer): Generator<ReadLine> {
    let start = this.#where === 'before' ? this.#begin(bytes) : 0;
    for (let at = start; this.#where === 'inside' && at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      const isSpace = this.#depth === 0 && !this.#inString && WHITE_SPACE.has(byte);
      const isLeftOut = isSpace && this.#isSpaceBefore;
      this.#isSpaceBefore = isSpace;
      if (!isLeftOut && !this.#ends(byte)) continue;
      if (at > start) this.#element.add(bytes.subarray(start, at));
      start = at + 1;
      if (isLeftOut) continue;
      this.#isSpaceBefore = true;
      if (byte !== COMMA) this.#where = 'after';
      const read = this.#take();
      if (read !== null) yield read;
    }
    if (this.#where === 'inside') this.#element.add(bytes.subarray(start));
    if (this.#where === 'after' && bytes.subarray(start).some((byte) => !WHITE_SPACE.has(byte))) {
      this.#where = 'beyond';
      yield { line: this.#place + 1, fault: 'comes after the end of the array' };
    }
  }

  *end(): Generator<ReadLine> {
    if (this.#where === 'before') throw notAnArray();
    if (this.#where === 'inside') yield { line: this.#place + 1, fault: 'is incomplete: the array is not closed' };
  }

  /** Looks for the opening bracket. @returns where the first element begins */
  #begin(bytes: Buffer): number {
    const at = bytes.findIndex((byte) => !WHITE_SPACE.has(byte) && !BYTE_ORDER_MARK.has(byte));
    if (at === -1) return bytes.length;
    if (bytes[at] !== code('[')) throw notAnArray();
    this.#where = 'inside';
    return at + 1;
  }

  /** Processes the next byte. @returns whether it ends the element */
  #ends(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
      return false;
    }
    if (byte === QUOTE) this.#inString = true;
    else if (OPENING.has(byte)) this.#depth += 1;
    else if (this.#depth === 0) return byte === COMMA || byte === code(']');
    else if (CLOSING.has(byte)) this.#depth -= 1;
    return false;
  }

  #take(): ReadLine | null {
    const taken = this.#element.take();
    const isEmpty = 'text' in taken && taken.text === '';
    if (isEmpty && this.#where === 'after' && this.#place === 0) return null;
    this.#place += 1;
    const line = this.#place;
    if (isEmpty) return { line, fault: 'is missing: each comma must be between two elements' };
    return 'fault' in taken ? { line, ...taken } : readJson(line, taken.text);
  }
}

const notAnArray = () => invalid('body', '', 'must be a JSON array');
