import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { countsOf, csvOf, namesOf, prefix, upload } from './bulk-harness.ts';
import { type CustomersUnderTest, startCustomers } from './harness.ts';

const LINES = 20_000;
/** White space, which JSON ignores; it makes the file 100 MB large. */
const PADDING = ' '.repeat(5_000);
const LINES_PER_PIECE = 10;
const PIECES_PER_SAMPLE = 200;
/** Half of the file: the part in flight varies with the speed of the machine, but is always smaller. */
const GROWTH_BYTES_MAX = 50_000_000;
const TIMEOUT_MS = 300_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** NDJSON with one customer per line, generated piece by piece. */
function* padded(score: string): Generator<string> {
  const names = namesOf(prefix(), LINES);
  while (names.length > 0) {
    const lines = names.splice(0, LINES_PER_PIECE);
    yield lines.map((name) => `{"external_id":"${name}",${PADDING}"score":${score}}\n`).join('');
  }
}

/** The pieces of a file, and the growth of the memory in use since its beginning. */
function measured(pieces: Iterable<string>) {
  const used: number[] = [];
  function* sampled(): Generator<string> {
    let count = 0;
    for (const piece of pieces) {
      if (count % PIECES_PER_SAMPLE === 0) {
        collectGarbage();
        const { heapUsed, external } = process.memoryUsage();
        used.push(heapUsed + external);
      }
      count += 1;
      yield piece;
    }
  }
  const growth = () => Math.max(...used.slice(2)) - (used[1] ?? 0);
  return { file: sampled(), growth };
}

describe('the memory of a bulk upload', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  it(
    'stays constant over 100 MB of customers',
    async () => {
      const { file, growth } = measured(padded('1.50'));
      const reply = await upload(customers.app, file, { type: 'application/x-ndjson' });
      expect(countsOf(reply)).toEqual({ status: 200, received: LINES, created: LINES, failed: 0 });
      expect(growth()).toBeLessThan(GROWTH_BYTES_MAX);
    },
    TIMEOUT_MS,
  );

  it(
    'stays constant over 100 MB of errors in an atomic upload',
    async () => {
      const { file, growth } = measured(padded('"x"'));
      const reply = await upload(customers.app, file, { type: 'application/x-ndjson', query: '?atomic=true' });
      expect(countsOf(reply)).toEqual({ status: 422, received: LINES, created: 0, failed: LINES });
      expect(growth()).toBeLessThan(GROWTH_BYTES_MAX);
    },
    TIMEOUT_MS,
  );

  it(
    'stays constant over a line of 100 MB, and the next line is created',
    async () => {
      const pieces = Array<string>(LINES / LINES_PER_PIECE).fill(PADDING.repeat(LINES_PER_PIECE));
      const { file, growth } = measured([...pieces, `\n${csvOf([prefix()])}`]);
      const reply = await upload(customers.app, file);
      expect(countsOf(reply)).toEqual({ status: 200, received: 2, created: 1, failed: 1 });
      expect(growth()).toBeLessThan(GROWTH_BYTES_MAX);
    },
    TIMEOUT_MS,
  );
});
