/**
 * Prints, as JSON, how many bytes the errors of long lines keep on the heap, by what is wrong with the lines; for
 * `own-process.ts`.
 */
import { BULK_ERRORS_MAX } from '@mo/contracts';
import { checkLine, errorOf, takenLine } from '../src/bulk/check-line.ts';
import { CsvReader } from '../src/bulk/csv-reader.ts';
import type { LineReader, ReadLine } from '../src/bulk/lines.ts';
import { NdjsonReader } from '../src/bulk/ndjson-reader.ts';
import { Tally } from '../src/bulk/tally.ts';

const LONG = 'x'.repeat(15_000);
const DIGITS = '0'.repeat(15_000);

/** V8 keeps shapes of objects, and with them the names of members, for two collections; one may be under way already. */
const COLLECTIONS = 4;

function heapUsed(): number {
  for (let n = 0; n < COLLECTIONS; n += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** The error of a line; each valid one has the name of a customer that exists. */
function errorWith(read: ReadLine) {
  const line = checkLine(read);
  return line === null ? errorOf(read) : takenLine(line.line, line.customer.external_id);
}

function keptBy(reader: LineReader, lineOf: (n: number) => string): { bytes: number; errors: number } {
  const tally = new Tally();
  const before = heapUsed();
  for (let n = 0; n < BULK_ERRORS_MAX; n += 1)
    for (const read of reader.read(Buffer.from(`${lineOf(n)}\n`))) tally.fail([errorWith(read)]);
  const bytes = heapUsed() - before;
  return { bytes, errors: tally.summary(false).errors.length };
}

const kept = {
  'a name that is too long': keptBy(new NdjsonReader(), (n) => `{"external_id":"${LONG}${n}","score":"1"}`),
  'an unknown member': keptBy(new NdjsonReader(), (n) => `{"external_id":"customer-${n}-of-many","${LONG}${n}":1}`),
  'a score that is too long': keptBy(new CsvReader(), (n) => `customer-${n}-of-many,${LONG}`),
  'a name that is taken': keptBy(
    new CsvReader(),
    (n) => `customer-${n}-of-many,1,active,2026-01-31T09:30:00.${DIGITS}Z`,
  ),
};
process.stdout.write(JSON.stringify(kept));
