/**
 * A simulation of the whole system, to find what no test thinks of.
 *
 * A seed is one life of one world. In it the production code of customers, loans and payments decides, batches, relays,
 * follows, pulls, heals and settles, as two processes a service; only what is below it is a stand-in: the databases'
 * storage, the broker, the network and the clock. One scheduler runs all of it, a step at a time, by one seed, so a seed
 * always lives the same life.
 *
 *   engine/   the scheduler, processes that freeze and die, seeded randomness, traps for anything that is not the seed
 *   world/    the stand-ins, and what goes wrong: delays, losses, doubles, cuts, conflicts, crashes at any step
 *   clients/  what is asked for, aimed at the edges: the last cent of credit, a token from beyond, a key in flight twice
 *   oracle/   a plain model of the business, that takes every event in the instant of its commit
 *
 * The oracle holds against it, after each commit, the rows of the customers that it touched and how they follow each
 * other; every answer, for what was true between its request and itself; what is published, kept aside and acknowledged;
 * and at the end, with the faults over, that all is answered, and agrees. The first rule that breaks ends the seed, which is
 * then lived again with fewer operations and faults for as long as the same rule breaks: that history is printed.
 */
import { runSeeds } from './crew.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { failureText, figuresText, shrunkText, Tally } from './report.ts';
import { type Outcome, runSeed } from './seed.ts';
import { shrink } from './shrink.ts';

const PROGRESS_MS = 5_000;
/** So many failing seeds are shrunk; the others are named. */
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
