/**
 * A data set is a folder with customers.csv, loans.csv and payments.csv. Each row becomes the body of one POST: its
 * columns are the members of the request, and an empty cell is an omitted member. Only the form of the files is checked
 * here. The API validates the values, and the oracle predicts the result of that.
 *
 * The files are read as streams, but all rows are kept, because a customer's rows are spread over all three files.
 */
import { createReadStream } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CommandError } from '@mo/command';
import { parse } from 'csv-parse';
import { FILE_FORMS, type FileForm, headerText, type Resource } from './file-forms.ts';

/** One line of a file. */
export interface Row {
  readonly resource: Resource;
  readonly line: number;
  readonly externalId: string;
  /** The external id of the customer to which the row belongs. */
  readonly customer: string;
  /** How many earlier rows of its file have the same external id. */
  readonly occurrence: number;
  readonly body: Readonly<Record<string, string>>;
}

export interface DataSet extends Readonly<Record<Resource, readonly Row[]>> {
  readonly name: string;
}

const rowsMax = 1_000_000;
const rowBytesMax = 64 * 1024;

/**
 * Reads the three files of a folder.
 *
 * @throws CommandError for a missing file, a wrong header, a malformed line, or more than a million rows in a file
 */
export async function readDataSet(dir: string): Promise<DataSet> {
  const customers = await readRows(dir, 'customers');
  const loans = await readRows(dir, 'loans');
  const payments = await readRows(dir, 'payments');
  return { name: basename(resolve(dir)), customers, loans, payments };
}

async function readRows(dir: string, resource: Resource): Promise<Row[]> {
  const path = join(dir, `${resource}.csv`);
  let hasHeader = false;
  const file = createReadStream(path);
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: rowBytesMax,
    skip_empty_lines: true,
    columns: (header: string[]) => {
      hasHeader = true;
      return checkHeader(header, FILE_FORMS[resource]);
    },
  });
  file.once('error', (error) => parser.destroy(error));
  const rows: Row[] = [];
  const occurrences = new Map<string, number>();
  try {
    for await (const { record, info } of file.pipe(parser) as AsyncIterable<ParsedLine>) {
      if (rows.length === rowsMax) throw new CommandError(`has more than ${rowsMax} rows`);
      const externalId = record.external_id ?? '';
      const occurrence = occurrences.get(externalId) ?? 0;
      occurrences.set(externalId, occurrence + 1);
      rows.push(toRow(resource, record, info.lines, occurrence));
    }
    if (!hasHeader) throw new CommandError('has no header line');
  } catch (error) {
    throw new CommandError(`${path}: ${explain(error)}`, { cause: error });
  } finally {
    file.destroy();
  }
  return rows;
}

interface ParsedLine {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function toRow(resource: Resource, record: ParsedLine['record'], line: number, occurrence: number): Row {
  const body = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== ''));
  const customer = record[FILE_FORMS[resource].customerColumn] ?? '';
  return { resource, line, externalId: record.external_id ?? '', customer, occurrence, body };
}

function checkHeader(header: string[], form: FileForm): string[] {
  const { required, optional } = form;
  const missing = required.filter((column) => !header.includes(column));
  const unknown = header.filter((column) => !required.includes(column) && !optional.includes(column));
  const doubled = header.filter((column, at) => header.indexOf(column) !== at);
  const faults = [
    ...missing.map((column) => `"${column}" is missing`),
    ...unknown.map((column) => `"${column}" is unknown`),
    ...doubled.map((column) => `"${column}" appears twice`),
  ];
  if (faults.length === 0) return header;
  throw new CommandError(`wrong header: ${faults.join(', ')}; it must be ${headerText(form)}`);
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'is a folder';
  return message;
}
