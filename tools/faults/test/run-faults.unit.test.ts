import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyTree } from '@mo/dev-stack/working-copy';
import { type Fault, simulation, unit } from '../src/fault.ts';
import type { Outcome } from '../src/run-check.ts';
import { exitCodeOf, runFaults } from '../src/run-faults.ts';

const SOUND = 'export const sum = (a, b) => a + b;\n';

/** A repository with one function, an installed package, and a package of its own. */
let root: string;
let copy: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mo-fixture-')));
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  for (const folder of ['src', 'packages/own', 'node_modules/@scope', 'node_modules/installed']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, '.gitignore'), 'node_modules/\nignored\n');
  writeFileSync(join(root, 'ignored'), 'private');
  writeFileSync(join(root, 'src/sum.js'), SOUND);
  writeFileSync(join(root, 'packages/own/index.js'), '');
  symlinkSync('../../packages/own', join(root, 'node_modules/@scope/own'));
  copy = copyTree(root);
});
afterEach(() => {
  for (const folder of [root, copy]) rmSync(folder, { recursive: true, force: true });
});

const fault = (more: Partial<Fault> = {}): Fault => ({
  id: 'minus',
  file: 'src/sum.js',
  replace: 'a + b',
  by: 'a - b',
  breaks: 'the sum is a difference',
  check: unit('sum'),
  ...more,
});

const text = () => readFileSync(join(copy, 'src/sum.js'), 'utf8');
/** A check that detects a wrong sum. */
const good = async (): Promise<Outcome> =>
  text().includes('a + b') ? { kind: 'passed' } : { kind: 'found', by: 'the sum test' };
const blind = async (): Promise<Outcome> => ({ kind: 'passed' });

async function run(faults: Fault[], check: () => Promise<Outcome> = good, clean: () => Promise<Outcome> = good) {
  const lines: string[] = [];
  const summary = await runFaults({
    faults,
    copy,
    runCheck: check,
    runClean: clean,
    print: (line) => lines.push(line),
  });
  return { summary, exitCode: exitCodeOf(summary), lines };
}

describe('a run', () => {
  it('that finds every fault is a success, and reports what found each', async () => {
    const { summary, exitCode, lines } = await run([fault(), fault({ id: 'times', by: 'a * b' })]);
    expect([exitCode, summary]).toEqual([0, { found: ['minus', 'times'], survived: [], unsound: [] }]);
    expect(lines.filter((line) => line.includes('found by the sum test'))).toHaveLength(2);
  });

  it('in which one fault survives is a failure', async () => {
    const { summary, exitCode, lines } = await run([fault(), fault({ id: 'harmless', by: 'a + b + 0' })]);
    expect([exitCode, summary.found, summary.survived]).toEqual([1, ['minus'], ['harmless']]);
    expect(lines.at(-1)).toContain('SURVIVED sum.unit.test.ts: the sum is a difference');
  });

  it('whose checks find nothing is a failure', async () => {
    expect((await run([fault()], blind)).exitCode).toBe(1);
  });

  it('whose check fails without a fault is a failure, and plants no fault', async () => {
    const fails = async (): Promise<Outcome> => ({ kind: 'found', by: 'a test that always fails' });
    const { exitCode, summary } = await run([fault()], () => Promise.reject(new Error('planted')), fails);
    expect([exitCode, summary.found]).toEqual([1, []]);
  });

  it('in which a check could not be run is a failure, because it has no verdict', async () => {
    const broken = async (): Promise<Outcome> => ({ kind: 'broken', why: 'no syntax' });
    expect((await run([fault()], broken)).summary).toEqual({ found: [], survived: [], unsound: ['minus'] });
    expect((await run([fault()], broken)).exitCode).toBe(1);
  });

  it.each([
    ['that is not there', { replace: 'a / b' }],
    ['that is there twice', { replace: 'a' }],
    ['that is replaced by itself', { by: 'a + b' }],
  ])('with a text %s is a failure, and plants none', async (_what, more) => {
    const { exitCode, summary } = await run([fault(), fault({ id: 'wrong', ...more })], blind);
    expect([exitCode, summary]).toEqual([1, { found: [], survived: [], unsound: ['wrong'] }]);
  });

  it('plants one fault at a time, restores the copy, and never touches the tree itself', async () => {
    const seen: string[] = [];
    await run([fault(), fault({ id: 'times', by: 'a * b' })], async () => {
      seen.push(text());
      expect(readFileSync(join(root, 'src/sum.js'), 'utf8')).toBe(SOUND);
      return good();
    });
    expect(seen).toEqual([SOUND.replace('+', '-'), SOUND.replace('+', '*')]);
    expect(text()).toBe(SOUND);
  });

  it('restores the copy when a check throws', async () => {
    await expect(run([fault()], () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
    expect(text()).toBe(SOUND);
  });

  it('runs each check once without a fault, but only the longest simulation', async () => {
    const checks: unknown[] = [];
    const faults = [fault(), fault({ id: 'b', check: simulation(5) }), fault({ id: 'c', check: simulation(9) })];
    await runFaults({
      faults: [...faults, fault({ id: 'd' })],
      copy,
      runCheck: good,
      runClean: async (given) => {
        checks.push(...given);
        return good();
      },
      print: () => {},
    });
    expect(checks).toEqual([unit('sum'), simulation(9)]);
  });
});

describe('the copy of a tree', () => {
  it('contains tracked and unignored files, and links to installed packages', () => {
    expect(readdirSync(copy).toSorted()).toEqual(['.gitignore', 'node_modules', 'packages', 'src']);
    expect(existsSync(join(copy, 'ignored'))).toBe(false);
    expect(realpathSync(join(copy, 'node_modules/installed'))).toBe(join(root, 'node_modules/installed'));
  });

  it('uses its own packages, not those of the tree', () => {
    expect(realpathSync(join(copy, 'node_modules/@scope/own'))).toBe(join(copy, 'packages/own'));
  });
});
