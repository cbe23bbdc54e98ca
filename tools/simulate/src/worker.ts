/** A worker thread: runs the given seeds one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { runSeed } from './seed.ts';

// Thousands of refusals are thrown per second; a failing seed is run again with stacks.
Error.stackTraceLimit = 0;

const { operations } = workerData as { operations: number };

parentPort?.on('message', (seeds: readonly number[]) => {
  void work(seeds);
});

async function work(seeds: readonly number[]): Promise<void> {
  const outcomes = [];
  for (const seed of seeds) outcomes.push(await runSeed({ seed, operations }));
  parentPort?.postMessage(outcomes);
}
