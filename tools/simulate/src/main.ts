/**
 * npm run simulate -- --seeds N [--from S] [--ops K] [--workers W]: so many lives of the system, each another.
 * npm run simulate -- --seed S [--ops K]: one of them again, exactly; where it fails, with its history.
 */
import { parseArgs } from 'node:util';
import { runSeeds } from './crew.ts';
import { failureText, figuresText, shrunkText, Tally } from './report.ts';
import { type Outcome, runSeed } from './seed.ts';
import { shrink } from './shrink.ts';

const SEEDS_DEFAULT = 1_000;
const OPERATIONS_DEFAULT = 200;
const WORKERS_DEFAULT = 2;
const PROGRESS_MS = 5_000;
/** So many failing seeds are shrunk; the others are named. */
const SHRUNK_MAX = 3;

interface Options {
  seeds: number;
  from: number;
  operations: number;
  workers: number;
  seed: number | null;
}

function readOptions(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seeds: text, from: text, seed: text, ops: text, workers: text } });
  const whole = (name: keyof typeof values, otherwise: number): number => {
    const value = values[name];
    if (value === undefined) return otherwise;
    if (!/^[1-9]\d{0,8}$/.test(value)) throw new Error(`--${name} must be a whole number from 1`);
    return Number(value);
  };
  return {
    seeds: whole('seeds', SEEDS_DEFAULT),
    from: whole('from', 1),
    operations: whole('ops', OPERATIONS_DEFAULT),
    workers: whole('workers', WORKERS_DEFAULT),
    seed: values.seed === undefined ? null : whole('seed', 1),
  };
}

async function runMany({ seeds, from, operations, workers }: Options, tally: Tally): Promise<void> {
  const startedMs = performance.now();
  const progress = (): void => {
    const done = tally.passed + tally.failed.length;
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    process.stderr.write(`${done} of ${seeds} seeds in ${seconds} s, ${tally.failed.length} failed\n`);
  };
  const timer = setInterval(progress, PROGRESS_MS);
  const onOutcome = (outcome: Outcome): void => {
    tally.add(outcome);
    if (outcome.violation !== null) process.stderr.write(`${failureText(outcome)}\n`);
  };
  await runSeeds({ from, seeds, operations, workers, onOutcome }).finally(() => clearInterval(timer));
  progress();
}

async function main(): Promise<void> {
  const options = readOptions();
  const { operations, seed } = options;
  const tally = new Tally();
  if (seed === null) await runMany(options, tally);
  else tally.add(await runSeed({ seed, operations }));
  for (const failed of tally.failed.slice(0, SHRUNK_MAX)) {
    const shrunk = await shrink({ seed: failed.seed, operations }, failed);
    const command = `npm run simulate -- --seed ${failed.seed} --ops ${operations}`;
    console.log(`${failureText(failed)}\n${shrunkText(command, shrunk)}\n`);
  }
  if (tally.failed.length > 0) console.log(`failed: ${tally.failed.map((failed) => failed.seed).join(' ')}`);
  console.log(figuresText(tally.figures));
  console.log(tally.summary);
  process.exitCode = tally.failed.length === 0 ? 0 : 1;
}

await main();
