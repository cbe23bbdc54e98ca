import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BULK_ERRORS_MAX } from '@mo/contracts';
import { type CheckedLine, checkLine } from '../src/bulk/check-line.ts';
import { CsvReader } from '../src/bulk/csv-reader.ts';
import type { LineReader } from '../src/bulk/lines.ts';
import { NdjsonReader } from '../src/bulk/ndjson-reader.ts';
import { Tally } from '../src/bulk/tally.ts';

const LONG = 'x'.repeat(15_000);
/** The lines with these errors have 15 MB together. */
const KEPT_BYTES_MAX = 3_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** V8 keeps shapes of objects, and with them the names of members, for two collections; one may be under way already. */
const COLLECTIONS = 4;

function heapUsed(): number {
  for (let n = 0; n < COLLECTIONS; n += 1) collectGarbage();
  return process.memoryUsage().heapUsed;
}

const errorsOf = (line: CheckedLine) => ('error' in line ? [line.error] : []);

describe('the errors of long lines', () => {
  it.each<[string, LineReader, (n: number) => string]>([
    ['a name that is too long', new NdjsonReader(), (n) => `{"external_id":"${LONG}${n}","score":"1"}`],
    ['an unknown member', new NdjsonReader(), (n) => `{"external_id":"customer-${n}-of-many","${LONG}${n}":1}`],
    ['a score that is too long', new CsvReader(), (n) => `customer-${n}-of-many,${LONG}`],
  ])("don't keep their lines in memory: %s", (_what, reader, lineOf) => {
    const tally = new Tally();
    const before = heapUsed();
    for (let n = 0; n < BULK_ERRORS_MAX; n += 1)
      for (const read of reader.read(Buffer.from(`${lineOf(n)}\n`))) tally.fail(errorsOf(checkLine(read)));
    expect(heapUsed() - before).toBeLessThan(KEPT_BYTES_MAX);
    expect(tally.summary(false).errors).toHaveLength(BULK_ERRORS_MAX);
  });
});
