/**
 * Prints, as JSON, the outcome of uploads of 100 MB, and by how many bytes the memory in use grew meanwhile; for
 * `own-process.ts`.
 */
import { countsOf, csvOf, namesOf, prefix, type UploadOptions, upload } from './bulk-harness.ts';
import { startCustomers } from './harness.ts';

const LINES = 20_000;
/** White space, which JSON ignores; it makes the file 100 MB large. */
const PADDING = ' '.repeat(5_000);
const LINES_PER_PIECE = 10;
const PIECES_PER_SAMPLE = 200;
const NDJSON = 'application/x-ndjson';

export interface MemoryOfUpload {
  readonly counts: ReturnType<typeof countsOf>;
  readonly growthBytes: number;
}

/** NDJSON with one customer per line, generated piece by piece. */
function* padded(score: string): Generator<string> {
  const names = namesOf(prefix(), LINES);
  while (names.length > 0) {
    const lines = names.splice(0, LINES_PER_PIECE);
    yield lines.map((name) => `{"external_id":"${name}",${PADDING}"score":${score}}\n`).join('');
  }
}

/** One line of 100 MB, and then a customer. */
function* longLine(): Generator<string> {
  for (let count = 0; count < LINES; count += LINES_PER_PIECE) yield PADDING.repeat(LINES_PER_PIECE);
  yield `\n${csvOf([prefix()])}`;
}

/** The pieces of a file; the memory in use is appended to `used` every few pieces. */
function* sampled(pieces: Iterable<string>, used: number[]): Generator<string> {
  let count = 0;
  for (const piece of pieces) {
    if (count % PIECES_PER_SAMPLE === 0) {
      globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      used.push(heapUsed + external);
    }
    count += 1;
    yield piece;
  }
}

const customers = await startCustomers();

/** The growth counts from the second sample on, when the upload is under way. */
async function measured(pieces: Iterable<string>, options: UploadOptions = {}): Promise<MemoryOfUpload> {
  const used: number[] = [];
  const reply = await upload(customers.app, sampled(pieces, used), options);
  return { counts: countsOf(reply), growthBytes: Math.max(...used.slice(2)) - (used[1] as number) };
}

try {
  const customersOf100Mb = await measured(padded('1.50'), { type: NDJSON });
  const errors = await measured(padded('"x"'), { type: NDJSON, query: '?atomic=true' });
  const line = await measured(longLine());
  process.stdout.write(JSON.stringify({ customers: customersOf100Mb, errors, line }));
} finally {
  await customers.stop();
}
