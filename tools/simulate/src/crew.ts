/** Spreads many seeds over worker threads, a few at a time. */
import { Worker } from 'node:worker_threads';
import type { Outcome } from './seed.ts';

const SEEDS_AT_ONCE = 20;

export interface CrewOptions {
  readonly from: number;
  readonly seeds: number;
  readonly operations: number;
  readonly workers: number;
  readonly onOutcome: (outcome: Outcome) => void;
}

export async function runSeeds(options: CrewOptions): Promise<void> {
  const { from, seeds, workers } = options;
  let next = from;
  const take = (): number[] => {
    const first = next;
    next = Math.min(first + SEEDS_AT_ONCE, from + seeds);
    return Array.from({ length: next - first }, (_, place) => first + place);
  };
  await Promise.all(Array.from({ length: workers }, () => runWorker(options, take)));
}

function runWorker({ operations, onOutcome }: CrewOptions, take: () => number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { operations } });
    const giveNext = (): void => {
      const seeds = take();
      if (seeds.length > 0) worker.postMessage(seeds);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (outcomes: Outcome[]) => {
      for (const outcome of outcomes) onOutcome(outcome);
      giveNext();
    });
    worker.on('error', reject);
    giveNext();
  });
}
