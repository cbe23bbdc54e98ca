/**
 * CSV (RFC 4180), one customer per line. No valid field contains a line break, so a line break always ends the line: an
 * unclosed quote invalidates its own line but not the rest of the file. A line without quotes is split at its commas;
 * other lines are parsed by csv-parse.
 */
import { CSV_COLUMNS, CSV_NAME_COLUMN, columnNamed, isCsvHeader } from '@mo/contracts';
import { invalid } from '@mo/service-kit';
import { parse } from 'csv-parse/sync';
import { type LineReader, LineSplitter, type ReadLine } from './lines.ts';

/** What some programs write instead of commas. */
const OTHER_SEPARATOR = /[;\t|]/;
const REQUIRED_COLUMNS = CSV_COLUMNS.slice(0, 2);

export class CsvReader implements LineReader {
  readonly #splitter = new LineSplitter();
  #columns: readonly string[] | null = null;

  *read(bytes: Buffer): Generator<ReadLine> {
    for (const read of this.#splitter.read(bytes)) yield* this.#take(read);
  }

  *end(): Generator<ReadLine> {
    for (const read of this.#splitter.end()) yield* this.#take(read);
  }

  *#take(read: { readonly line: number; readonly text: string } | { readonly line: number; readonly fault: string }) {
    if (this.#columns === null && 'text' in read) refuseOtherEnds(read.text);
    const fields = 'fault' in read ? read : fieldsOf(read.text);
    if (this.#columns === null && Array.isArray(fields)) {
      refuseOtherSeparator(fields);
      if (isCsvHeader(fields)) {
        this.#columns = columnsOf(fields);
        return;
      }
      if (isOtherHeader(fields)) {
        yield { line: read.line, fault: OTHER_HEADER };
        return;
      }
    }
    this.#columns ??= CSV_COLUMNS;
    yield Array.isArray(fields) ? record(read.line, this.#columns, fields) : { line: read.line, fault: fields.fault };
  }
}

const LONE_CR = 'contains a CR that is not followed by LF: lines end with LF or CRLF';

function fieldsOf(text: string): string[] | { fault: string } {
  if (text.includes('\r')) return { fault: LONE_CR };
  if (!text.includes('"')) return text.split(',');
  try {
    const [fields = []] = parse(text, { relax_column_count: true });
    return fields;
  } catch (error) {
    // Its line is the one that it was parsed as, not that of the file.
    return { fault: `is not CSV: ${(error as Error).message.replace(/ at line \d+/, '')}` };
  }
}

/** Whether a line is a header without that name, or what some programs write before it. No score is without a digit. */
const isOtherHeader = (fields: readonly string[]): boolean =>
  !/\d/.test(fields[1] ?? '') &&
  fields.some((field) => CSV_COLUMNS.includes(columnNamed(field)) || columnNamed(field) === 'sep=');
const OTHER_HEADER = `is neither a header line with the column ${CSV_NAME_COLUMN} nor a customer with a score`;

/** Without its header line a file would be read in the wrong columns. @throws ProblemError invalid_request */
function refuseOtherEnds(line: string): void {
  if (line.includes('\r') && line.toLowerCase().includes(CSV_NAME_COLUMN)) throw invalid('body', '', LONE_CR);
}

/** @throws ProblemError invalid_request for a header line of another separator */
function refuseOtherSeparator([line = '', ...more]: readonly string[]): void {
  const [separator] = OTHER_SEPARATOR.exec(line) ?? [];
  if (separator === undefined || more.length > 0 || !line.split(separator).map(columnNamed).includes(CSV_NAME_COLUMN))
    return;
  throw invalid('body', '', `has fields separated by ${JSON.stringify(separator)}, instead of ","`);
}

function columnsOf(header: readonly string[]): string[] {
  const columns = header.map(columnNamed);
  for (const [place, column] of columns.entries()) {
    if (!CSV_COLUMNS.includes(column)) throw invalid('body', '', `has the unknown column ${JSON.stringify(column)}`);
    if (columns.indexOf(column) !== place) throw invalid('body', '', `has the column ${column} twice`);
  }
  const missing = REQUIRED_COLUMNS.find((column) => !columns.includes(column));
  if (missing !== undefined) throw invalid('body', '', `has no column ${missing}`);
  return columns;
}

/** Empty fields count as missing. */
function record(line: number, columns: readonly string[], fields: readonly string[]): ReadLine {
  if (fields.length > columns.length) return { line, fault: `has ${fields.length} fields, not ${columns.length}` };
  if (fields.length === 1 && OTHER_SEPARATOR.test(fields[0] ?? ''))
    return { line, fault: 'has no comma between fields' };
  const value: Record<string, string> = {};
  for (const [place, field] of fields.entries()) if (field !== '') value[columns[place] as string] = field;
  return { line, value };
}
