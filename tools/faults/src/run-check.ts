/** Runs a check in a copy of the tree: in its own process group, with a deadline, and only until its first failure. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './fault.ts';

/** The result of a check: passed, fault found (and by what), or broken. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'found'; readonly by: string }
  | { readonly kind: 'broken'; readonly why: string };

/** Far longer than any check takes without a fault, even on a busy machine. */
const CHECK_MS_MAX = 900_000;
const OUTPUT_SHOWN_MAX = 2_000;

const NODE = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
const JEST = [...NODE, '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
const SIMULATE = ['--conditions=source', ...NODE, 'tools/simulate/src/main.ts'];

/** Runs tests of one kind, those with servers or those without. */
export async function runTests(
  copy: string,
  paths: readonly string[],
  needsServers: boolean,
  stop: AbortSignal,
): Promise<Outcome> {
  const results = join(copy, 'faults-results.json');
  rmSync(results, { force: true });
  const project = needsServers ? 'servers' : 'unit';
  const options = ['--selectProjects', project, '--forceExit', '--silent', '--json', `--outputFile=${results}`];
  const { output, timedOut } = await run(copy, [...JEST, ...options, '--', ...paths], stop);
  if (timedOut) return { kind: 'found', by: `no end within ${CHECK_MS_MAX / 1000} s` };
  return readResults(results) ?? { kind: 'broken', why: `jest gave no results:\n${tail(output)}` };
}

interface JestResults {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function readResults(file: string): Outcome | null {
  let results: JestResults;
  try {
    results = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
  } catch {
    return null;
  }
  const tests = results.testResults.flatMap((suite) => suite.assertionResults);
  const failed = tests.find(({ status }) => status === 'failed');
  if (failed !== undefined) return { kind: 'found', by: `test "${failed.fullName}"` };
  if (results.success && results.numPassedTests > 0) return { kind: 'passed' };
  const messages = results.testResults.map(({ message }) => message).join('\n');
  return { kind: 'broken', why: `no test ran to its end:\n${tail(messages)}` };
}

const VIOLATION = /^seed (\d+) broke the rule "(.+?)":/m;

/** Runs the simulation until it finds a violation. */
async function runSimulation(copy: string, seeds: number, stop: AbortSignal): Promise<Outcome> {
  const found = new AbortController();
  const onOutput = (output: string): void => {
    if (VIOLATION.test(output)) found.abort();
  };
  const command = [...SIMULATE, '--seeds', String(seeds)];
  const { output, exitCode, timedOut } = await run(copy, command, AbortSignal.any([stop, found.signal]), onOutput);
  const [, seed, rule] = VIOLATION.exec(output) ?? [];
  if (rule !== undefined) return { kind: 'found', by: `rule "${rule}", seed ${seed}` };
  if (timedOut) return { kind: 'found', by: `no end within ${CHECK_MS_MAX / 1000} s` };
  return exitCode === 0 ? { kind: 'passed' } : { kind: 'broken', why: `the simulation failed:\n${tail(output)}` };
}

/** Runs one check. */
export const runCheck = (copy: string, check: Check, stop: AbortSignal): Promise<Outcome> =>
  check.kind === 'tests'
    ? runTests(copy, [check.path], check.needsServers, stop)
    : runSimulation(copy, check.seeds, stop);

const tail = (text: string): string => text.slice(-OUTPUT_SHOWN_MAX);

interface Ended {
  readonly output: string;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
}

function run(
  cwd: string,
  command: readonly string[],
  stop: AbortSignal,
  onOutput: (output: string) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const end = (): void => endGroup(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, CHECK_MS_MAX);
    stop.addEventListener('abort', end, { once: true });
    if (stop.aborted) end();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onOutput(output);
      });
    }
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      // Ends the processes that a check leaves behind.
      end();
      resolve({ output, exitCode, timedOut });
    });
  });
}

/** Ends a process and everything that it has started; it may already have exited. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    return;
  }
}
