import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const USAGE = 'Usage: npm run generate -- [options]';

const generate = (...args: string[]) =>
  spawnSync(process.execPath, ['--conditions=source', MAIN, ...args], { encoding: 'utf8' });

it('prints its usage for --help, and writes nothing', () => {
  const { status, stdout, stderr } = generate('--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.split('\n')[0]).toBe(USAGE);
});

it.each([[['--relase']], [['--release=yes']], [['all']]])('names a wrong option, without a stack trace: %j', (args) => {
  const { status, stdout, stderr } = generate(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^generate: /);
  expect(stderr).toContain(USAGE);
  expect(stderr).not.toContain('    at ');
});
