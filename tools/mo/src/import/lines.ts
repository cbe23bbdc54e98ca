/** A file's lines, some at a time, as bytes: what goes to the API, and into the file of failed lines, is what was there. */
import { createReadStream } from 'node:fs';
import { CommandError } from '@mo/command';
import { BULK_ERRORS_MAX } from '@mo/contracts';

/** Lines that are sent together. An answer lists so many errors, so each line that fails is told. */
export const PART_LINES_MAX = BULK_ERRORS_MAX;
const PART_BYTES_MAX = 4 * 1024 * 1024;
/** The API takes much shorter ones; what is longer is no such file. */
const LINE_BYTES_MAX = 1024 * 1024;
const NEWLINE = 0x0a;

export interface Part {
  /** The number of its first line in the file, from 1. */
  readonly firstLine: number;
  /** Each with its line end, which the file's last line may lack. */
  readonly lines: readonly Buffer[];
  /** Where in the file the next part begins, in bytes. */
  readonly end: number;
}

/** Where in a file to begin. */
export interface Place {
  /** In bytes. */
  readonly offset: number;
  /** The number of the line there. */
  readonly line: number;
}

/** Reads a file from a place on. @throws CommandError where a line is too long */
export async function* partsOf(path: string, from: Place): AsyncGenerator<Part> {
  let lines: Buffer[] = [];
  let bytes = 0;
  let { offset: end, line: firstLine } = from;
  const take = (): Part => {
    const part = { firstLine, lines, end };
    firstLine += lines.length;
    [lines, bytes] = [[], 0];
    return part;
  };
  for await (const line of linesOf(path, from)) {
    if (lines.length === PART_LINES_MAX || bytes + line.length > PART_BYTES_MAX) yield take();
    lines.push(line);
    bytes += line.length;
    end += line.length;
  }
  if (lines.length > 0) yield take();
}

/** Each line with its line end. */
async function* linesOf(path: string, { offset, line }: Place): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = line;
  for await (const piece of createReadStream(path, { start: offset }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, start)) {
      const tail = piece.subarray(start, at + 1);
      start = at + 1;
      yield restBytes === 0 ? tail : Buffer.concat([...rest, tail]);
      [rest, restBytes] = [[], 0];
      number += 1;
    }
    if (start < piece.length) rest.push(piece.subarray(start));
    restBytes += piece.length - start;
    if (restBytes > LINE_BYTES_MAX) throw new CommandError(`line ${number} is longer than ${LINE_BYTES_MAX} bytes`);
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

/** A file's last line may have no end. */
export const withEnd = (line: Buffer): Buffer =>
  line.at(-1) === NEWLINE ? line : Buffer.concat([line, Buffer.from('\n')]);
