import type { MemoryOfUpload } from './memory-main.ts';
import { inOwnProcess } from './own-process.ts';

const LINES = 20_000;
/** Half of the file: the part in flight varies with the speed of the machine, but is always smaller. */
const GROWTH_BYTES_MAX = 50_000_000;
/** For all uploads together, on a busy machine. */
const MAIN_MS_MAX = 600_000;
const TIMEOUT_MS = MAIN_MS_MAX + 10_000;

describe('the memory of a bulk upload', () => {
  let measured: Record<'customers' | 'errors' | 'line', MemoryOfUpload>;
  beforeAll(async () => {
    measured = await inOwnProcess('./memory-main.ts', MAIN_MS_MAX);
  }, TIMEOUT_MS);

  it('stays constant over 100 MB of customers', () => {
    const { counts, growthBytes } = measured.customers;
    expect(counts).toEqual({ status: 200, received: LINES, created: LINES, failed: 0 });
    expect(growthBytes).toBeLessThan(GROWTH_BYTES_MAX);
  });

  it('stays constant over 100 MB of errors in an atomic upload', () => {
    const { counts, growthBytes } = measured.errors;
    expect(counts).toEqual({ status: 422, received: LINES, created: 0, failed: LINES });
    expect(growthBytes).toBeLessThan(GROWTH_BYTES_MAX);
  });

  it('stays constant over a line of 100 MB, and the next line is created', () => {
    const { counts, growthBytes } = measured.line;
    expect(counts).toEqual({ status: 200, received: 2, created: 1, failed: 1 });
    expect(growthBytes).toBeLessThan(GROWTH_BYTES_MAX);
  });
});
