/** Scans the file before the import: its header, its size, and the hash that identifies it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { CommandError } from '@mo/command';
import { CSV_COLUMNS, isCsvHeader } from '@mo/contracts';
import { type Place, withEnd } from './lines.ts';

const NEWLINE = 0x0a;
const LONE_CR = /\r(?!\n)/;
const HEADER_BYTES_MAX = 16 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

export const FORMATS = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;
export type Format = keyof typeof FORMATS;
const FORMAT_OF: Readonly<Record<string, Format>> = { '.csv': 'csv', '.ndjson': 'ndjson', '.jsonl': 'ndjson' };

export interface Scan {
  /** SHA-256 of the file, in hex. */
  readonly sha256: string;
  readonly lines: number;
  /** The header line of a CSV file, with its line end; null if there is none. */
  readonly header: Buffer | null;
  /** The start of each part: for CSV a header line, so that the API takes no other line for one. */
  readonly prefix: Buffer | null;
  /** The position of the first line to import. */
  readonly start: Place;
}

/** Derives the format from the extension of the name. @throws CommandError if that is not possible */
export function formatOf(path: string): Format {
  const format = FORMAT_OF[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new CommandError(
    `${path}: its name must end in ${Object.keys(FORMAT_OF).join(', ')}, or --format must be given` +
      (extname(path) === '.json' ? '; `jq -c .[]` converts a JSON array to NDJSON' : ''),
  );
}

/** Reads the whole file once. @throws CommandError if it cannot be read, is empty, or its header has another line end */
export async function scan(path: string, format: Format, signal: AbortSignal): Promise<Scan> {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let headBytes = 0;
  let lines = 0;
  let last = NEWLINE;
  try {
    const stats = await stat(path);
    if (!stats.isFile() && !stats.isDirectory())
      throw new CommandError(`${path} is no regular file: an import reads it twice, so write a stream to a file first`);
    for await (const piece of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
      hash.update(piece);
      for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, at + 1)) lines += 1;
      last = piece.at(-1) ?? last;
      if (headBytes < HEADER_BYTES_MAX) head.push(piece);
      headBytes += piece.length;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path}: ${explain(error)}`, { cause: error });
  }
  if (headBytes === 0) throw new CommandError(`${path} is empty`);
  if (last !== NEWLINE) lines += 1;
  const begins = beginning(Buffer.concat(head), format);
  if (begins.header !== null && LONE_CR.test(begins.header.toString()))
    throw new CommandError(`${path}: its header contains a CR that is not followed by LF: lines end with LF or CRLF`);
  return { sha256: hash.digest('hex'), lines, ...begins };
}

function beginning(head: Buffer, format: Format): Pick<Scan, 'header' | 'prefix' | 'start'> {
  const first = format === 'csv' ? firstLineOf(head) : null;
  if (first !== null && isHeader(first.text))
    return { header: first.text, prefix: withEnd(first.text), start: first.next };
  const isMarked = head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const start = { offset: isMarked ? BYTE_ORDER_MARK.length : 0, line: 1 };
  return { header: null, prefix: format === 'csv' ? Buffer.from(`${CSV_COLUMNS.join(',')}\n`) : null, start };
}

/** The first line that is not empty, with its line end, and the place after it. The API ignores empty lines, too. */
function firstLineOf(head: Buffer): { text: Buffer; next: Place } {
  let offset = 0;
  for (let line = 2; ; line += 1) {
    const end = head.indexOf(NEWLINE, offset);
    const text = head.subarray(offset, end === -1 ? head.length : end + 1);
    offset += text.length;
    if (end === -1 || text.toString().trim() !== '') return { text, next: { offset, line } };
  }
}

/** Whether a line is a header by the API's rule. */
function isHeader(line: Buffer): boolean {
  const fields = line
    .toString()
    .replace(/^\ufeff/, '')
    .split(',');
  return isCsvHeader(fields.map((field) => field.trim().replace(/^"(.*)"$/, '$1')));
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  return message;
}
