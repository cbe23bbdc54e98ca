/** `npm run mutation` starts: it is not a part of `npm test`, so that nothing else detects an update that breaks it. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { copyTree } from '@mo/dev-stack/working-copy';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js';
const RUN_MS_MAX = 300_000;

let copy: string;
beforeAll(() => {
  copy = copyTree(ROOT);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

it(
  'Stryker mutates the money code and runs its tests',
  async () => {
    const options = ['--dryRunOnly', '--concurrency', '1', '--mutate', 'packages/money/src/allocate.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, [STRYKER, 'run', ...options], {
      cwd: copy,
      timeout: RUN_MS_MAX,
    });
    expect(stdout).toMatch(/Instrumented 1 source file\(s\) with \d+ mutant\(s\)/);
    expect(stdout).toContain('The dry-run has been completed successfully');
  },
  RUN_MS_MAX,
);
