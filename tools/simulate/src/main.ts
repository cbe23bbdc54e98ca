/**
 * A deterministic simulation of the whole system, which finds bugs that no hand-written test anticipates.
 *
 * A seed defines one run of one world. The production code of customers, loans and payments decides, batches,
 * relays, follows, pulls, heals and settles, in two processes per service. Only the layers below are simulated:
 * database storage, broker, network and clock. One scheduler, driven by the seed, runs everything step by step, so a
 * seed always replays identically.
 *
 * engine/: the scheduler, processes that freeze and die, seeded randomness, traps for real time and randomness
 * world/: the simulated layers and their faults: delays, losses, duplicates, cuts, conflicts, crashes at any step
 * clients/: requests that target edges: the last cent of credit, a token of future versions, concurrent uses of a key
 * oracle/: a plain model of the business, which records every event at the instant of its commit
 *
 * After each commit, the oracle checks the rows of the affected customers and the order of their versions. It checks
 * every answer against the states between request and answer, and everything that is published, quarantined and
 * acknowledged. At the end, after the faults, everything must be answered and must agree. The first violated rule ends
 * the seed. The seed is then repeated with fewer operations and faults as long as it violates the same rule, and the
 * shortest history is printed.
 */
import { runSeeds } from './crew.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { failureText, figuresText, shrunkText, Tally } from './report.ts';
import { type Outcome, runSeed } from './seed.ts';
import { shrink } from './shrink.ts';

const PROGRESS_MS = 5_000;
/** The number of failing seeds that are shrunk; the others are only listed. */
const SHRUNK_MAX = 3;

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

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
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
  return tally.failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`simulate: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
