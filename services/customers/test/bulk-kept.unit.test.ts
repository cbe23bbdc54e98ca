import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BULK_ERRORS_MAX } from '@mo/contracts';

const MAIN = fileURLToPath(new URL('./kept-main.ts', import.meta.url));
/** The lines with these errors have 15 MB together. */
const KEPT_BYTES_MAX = 3_000_000;

it("the errors of long lines don't keep their lines in memory", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--expose-gc', MAIN]);
  const kept = JSON.parse(stdout) as Record<string, { bytes: number; errors: number }>;
  expect(Object.values(kept).map(({ errors }) => errors)).toEqual(Array(4).fill(BULK_ERRORS_MAX));
  expect(Object.entries(kept).filter(([, { bytes }]) => bytes >= KEPT_BYTES_MAX)).toEqual([]);
});
