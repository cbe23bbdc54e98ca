/** Reads a file's lines in parts, as bytes, so that the API and the file of failed lines get them unchanged. */
import { createReadStream } from 'node:fs';
import { CommandError } from '@mo/command';
import { BULK_ERRORS_MAX } from '@mo/contracts';

/** Maximum number of lines per upload. An answer lists as many errors, so every failed line is reported. */
export const PART_LINES_MAX = BULK_ERRORS_MAX;
const PART_BYTES_MAX = 4 * 1024 * 1024;
/** Far above the API's limit: a file with longer lines contains something else. */
const LINE_BYTES_MAX = 1024 * 1024;
const NEWLINE = 0x0a;

export interface Part {
  /** The number of its first line in the file, from 1. */
  readonly firstLine: number;
  /** Each with its line end, except perhaps the file's last line. */
  readonly lines: readonly Buffer[];
  /** Where in the file the next part begins, in bytes. */
  readonly end: number;
}

/** A position in a file. */
export interface Place {
  /** In bytes. */
  readonly offset: number;
  /** The number of the line at this position. */
  readonly line: number;
}

/** Reads a file from a position. @throws CommandError if a line is too long */
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

/** Adds the line end that a file's last line may lack. */
export const withEnd = (line: Buffer): Buffer =>
  line.at(-1) === NEWLINE ? line : Buffer.concat([line, Buffer.from('\n')]);
