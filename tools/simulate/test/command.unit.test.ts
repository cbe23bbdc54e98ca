import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const USAGE = 'Usage: npm run simulate -- [options]';

const simulate = (...args: string[]) =>
  spawnSync(process.execPath, ['--conditions=source', '--disable-warning=ExperimentalWarning', MAIN, ...args], {
    encoding: 'utf8',
  });

it('prints its usage for --help', () => {
  const { status, stdout, stderr } = simulate('--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain(USAGE);
});

it.each([
  [['--seeds', '0'], '--seeds must be a whole number from 1, not "0"'],
  [['--seed', 'x'], '--seed must be a whole number from 1, not "x"'],
  [['--fast'], "Unknown option '--fast'"],
  [['7'], 'Unexpected argument'],
])('names a wrong option, without a stack trace: %j', (args, message) => {
  const { status, stdout, stderr } = simulate(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^simulate: /);
  expect(stderr).toContain(message);
  expect(stderr).toContain(USAGE);
  expect(stderr).not.toContain('    at ');
});

it('runs a single seed', () => {
  const { status, stdout } = simulate('--seed', '7', '--ops', '20');
  expect([status, stdout]).toEqual([0, expect.stringContaining('1 seeds passed, 0 failed')]);
});
