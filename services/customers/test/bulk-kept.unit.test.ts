import { BULK_ERRORS_MAX } from '@mo/contracts';
import { inOwnProcess } from './own-process.ts';

/** On a busy machine. */
const MAIN_MS_MAX = 120_000;
/** The lines with these errors have 15 MB together. */
const KEPT_BYTES_MAX = 3_000_000;

it("the errors of long lines don't keep their lines in memory", async () => {
  const kept = await inOwnProcess<Record<string, { bytes: number; errors: number }>>('./kept-main.ts', MAIN_MS_MAX);
  expect(Object.values(kept).map(({ errors }) => errors)).toEqual(Array(4).fill(BULK_ERRORS_MAX));
  expect(Object.entries(kept).filter(([, { bytes }]) => bytes >= KEPT_BYTES_MAX)).toEqual([]);
});
