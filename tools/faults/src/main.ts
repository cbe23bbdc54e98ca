/**
 * `npm run faults`: plants single faults in a copy of the working tree, one after the other, and reports which check
 * finds each. Exit code 0 if all are found, 1 if one survives or has no verdict, 2 for wrong options.
 */
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startTestServers, stopTestServers } from '@mo/dev-stack';
import { copyTree } from '@mo/dev-stack/working-copy';
import { type Check, type Fault, nameOf } from './fault.ts';
import { faults } from './faults/index.ts';
import { type Outcome, runCheck, runTests } from './run-check.ts';
import { exitCodeOf, runFaults } from './run-faults.ts';

const USAGE = `Usage: npm run faults -- [options]

Plants each fault of tools/faults/src/faults in a copy of the working tree, and runs the check that must find it.

  --only ID,…   only these faults
  --list        print the faults without planting them
  --help        print this`;

const OPTIONS = {
  only: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

class UsageError extends Error {}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function chosen(only: string | undefined): readonly Fault[] {
  if (only === undefined) return faults;
  const ids = only.split(',').map((id) => id.trim());
  const unknown = ids.filter((id) => !faults.some((fault) => fault.id === id));
  if (unknown.length > 0) throw new UsageError(`there is no fault ${unknown.join(', ')}: see --list`);
  return faults.filter(({ id }) => ids.includes(id));
}

const listed = ({ id, file, breaks, check }: Fault): string => `${id}\n  ${file}\n  ${breaks}\n  ${nameOf(check)}`;

async function main(): Promise<number> {
  const { only, list, help } = readArguments();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const some = chosen(only);
  if (list) {
    console.log(some.map(listed).join('\n'));
    return 0;
  }
  return plantAll(some);
}

async function plantAll(some: readonly Fault[]): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const copy = copyTree(resolve(import.meta.dirname, '../../..'));
  const startedMs = performance.now();
  try {
    // All checks that need servers share them; the environment names them.
    if (some.some(({ check }) => check.kind === 'tests' && check.needsServers)) await startTestServers();
    const summary = await runFaults({
      faults: some,
      copy,
      runCheck: (check) => orStopped(stopping.signal, runCheck(copy, check, stopping.signal)),
      runClean: (checks) => orStopped(stopping.signal, runClean(copy, checks, stopping.signal)),
      print: (line) => console.log(line),
    });
    const { found, survived, unsound } = summary;
    const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
    for (const id of survived) console.log(`survived: ${id}`);
    for (const id of unsound) console.log(`no verdict: ${id}`);
    console.log(
      `${found.length} faults found, ${survived.length} survived, ${unsound.length} no verdict; ${minutes} min`,
    );
    return exitCodeOf(summary);
  } finally {
    await stopTestServers();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Runs the tests of each kind together. */
async function runClean(copy: string, checks: readonly Check[], stop: AbortSignal): Promise<Outcome> {
  for (const needsServers of [false, true]) {
    const paths = checks.flatMap((check) =>
      check.kind === 'tests' && check.needsServers === needsServers ? [check.path] : [],
    );
    const outcome = paths.length === 0 ? null : await runTests(copy, paths, needsServers, stop);
    if (outcome !== null && outcome.kind !== 'passed') return outcome;
  }
  const simulation = checks.find((check) => check.kind === 'simulation');
  return simulation === undefined ? { kind: 'passed' } : runCheck(copy, simulation, stop);
}

async function orStopped(stop: AbortSignal, work: Promise<Outcome>): Promise<Outcome> {
  const outcome = await work;
  if (stop.aborted) throw new Error('stopped');
  return outcome;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`faults: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
