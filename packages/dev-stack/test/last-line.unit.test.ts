import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lastLineModule = fileURLToPath(new URL('../jest/last-line.js', import.meta.url));
const jestMain = createRequire(import.meta.url).resolve('jest/bin/jest');

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mo-last-line-'));
  writeFileSync(join(dir, 'package.json'), '{"type": "module"}');
  const options = { rootDir: dir, reporters: ['default', lastLineModule], transform: {} };
  const config = `import { endWithCounts } from ${JSON.stringify(lastLineModule)};
    endWithCounts();
    export default ${JSON.stringify(options)};`;
  writeFileSync(join(dir, 'jest.config.js'), config);
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the last line of a test run', () => {
  test('counts passed and failed tests, and a suite that cannot run as one failure', async () => {
    writeFileSync(join(dir, 'a.test.js'), "test('x', () => {}); test('y', () => {}); test.skip('z', () => {});");
    writeFileSync(join(dir, 'b.test.js'), "test('x', () => { throw new Error('no'); });");
    writeFileSync(join(dir, 'c.test.js'), "import './nowhere.js'; test('x', () => {});");
    await expect(runJest()).resolves.toEqual({ last: '2 passed, 2 failed', ok: false });
  });

  test('reports a successful run', async () => {
    writeFileSync(join(dir, 'a.test.js'), "test('x', () => {});");
    await expect(runJest()).resolves.toEqual({ last: '1 passed, 0 failed', ok: true });
  });

  test('a run without a test is a failure', async () => {
    await expect(runJest()).resolves.toEqual({ last: '0 passed, 1 failed', ok: false });
  });

  test('a run of nothing but skipped tests is a failure', async () => {
    writeFileSync(join(dir, 'a.test.js'), "test.skip('x', () => {});");
    await expect(runJest()).resolves.toEqual({ last: '0 passed, 1 failed', ok: false });
  });
});

/** Runs jest with both output streams merged, as in a terminal. */
function runJest(): Promise<{ last: string | undefined; ok: boolean }> {
  const command = `"${process.execPath}" --experimental-vm-modules --no-warnings "${jestMain}" 2>&1`;
  const { promise, resolve } = Promise.withResolvers<{ last: string | undefined; ok: boolean }>();
  execFile('sh', ['-c', command], { cwd: dir }, (error, stdout) =>
    resolve({ last: stdout.trimEnd().split('\n').at(-1), ok: error === null }),
  );
  return promise;
}
