/**
 * Plants one fault after the other in a copy of the tree, and runs the check that must find it. Before that, each check
 * runs without a fault: a check that already fails proves nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, type Fault, nameOf, occurrences } from './fault.ts';
import type { Outcome } from './run-check.ts';

export interface RunOptions {
  readonly faults: readonly Fault[];
  /** A copy of the tree, which is restored at the end of the run. */
  readonly copy: string;
  readonly runCheck: (check: Check) => Promise<Outcome>;
  /** Runs checks without a fault, together where possible. @returns the first failure, if any */
  readonly runClean: (checks: readonly Check[]) => Promise<Outcome>;
  readonly print: (line: string) => void;
}

export interface Summary {
  readonly found: readonly string[];
  readonly survived: readonly string[];
  /** Faults that could not be planted, and checks that could not be run. */
  readonly unsound: readonly string[];
}

/** The exit code for a summary: 0 if every fault was found. */
export const exitCodeOf = ({ survived, unsound }: Summary): number => (survived.length + unsound.length > 0 ? 1 : 0);

export async function runFaults(options: RunOptions): Promise<Summary> {
  const { faults, print } = options;
  const summary = { found: [] as string[], survived: [] as string[], unsound: [] as string[] };
  for (const fault of faults) {
    const reason = whyNotPlantable(options.copy, fault);
    if (reason === null) continue;
    print(`${fault.id}: cannot be planted: ${reason}`);
    summary.unsound.push(fault.id);
  }
  if (summary.unsound.length > 0) return summary;
  print(`running ${faults.length} faults' checks without a fault`);
  const clean = await options.runClean(distinct(faults.map(({ check }) => check)));
  if (clean.kind !== 'passed') {
    print(`a check fails without a fault: ${clean.kind === 'found' ? clean.by : clean.why}`);
    return { ...summary, unsound: ['without a fault'] };
  }
  for (const [place, fault] of faults.entries()) {
    const startedMs = performance.now();
    const outcome = await tryFault(options, fault);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    print(`${place + 1}/${faults.length} ${fault.id} (${seconds} s): ${told(fault, outcome)}`);
    summary[KEPT_AS[outcome.kind]].push(fault.id);
  }
  return summary;
}

const KEPT_AS = { found: 'found', passed: 'survived', broken: 'unsound' } as const;

function told(fault: Fault, outcome: Outcome): string {
  if (outcome.kind === 'found') return `found by ${outcome.by}`;
  if (outcome.kind === 'broken') return `no verdict: ${outcome.why}`;
  return `SURVIVED ${nameOf(fault.check)}: ${fault.breaks}`;
}

/** The reason why a fault can't be planted; null if it can. */
export function whyNotPlantable(tree: string, { file, replace, by }: Fault): string | null {
  if (replace === by) return 'it replaces a text by the same';
  const count = occurrences(readFileSync(join(tree, file), 'utf8'), replace);
  return count === 1 ? null : `its text is ${count} times in ${file}, not once`;
}

async function tryFault({ copy, runCheck }: RunOptions, { file, replace, by, check }: Fault): Promise<Outcome> {
  const path = join(copy, file);
  const sound = readFileSync(path, 'utf8');
  writeFileSync(path, sound.split(replace).join(by));
  try {
    return await runCheck(check);
  } finally {
    writeFileSync(path, sound);
  }
}

/** The distinct checks; of the simulations only the longest, which includes the others. */
function distinct(checks: readonly Check[]): Check[] {
  const seeds = Math.max(0, ...checks.map((check) => (check.kind === 'simulation' ? check.seeds : 0)));
  const tests = new Map(checks.flatMap((check) => (check.kind === 'tests' ? [[check.path, check] as const] : [])));
  return [...tests.values(), ...(seeds > 0 ? [{ kind: 'simulation', seeds } as const] : [])];
}
