/** Runs seeds in a plain Node.js thread: in jest's module environment they take several times as long. */
import { parentPort } from 'node:worker_threads';
import { type Outcome, runSeed } from '../src/seed.ts';
import { shrink } from '../src/shrink.ts';
import type { WorldOptions } from '../src/world/world.ts';
import { PLANTED, type Planted } from './planted.ts';

/** A job: several seeds, optionally up to the first failure; or one failing seed, shrunk. */
export type Job =
  | {
      readonly kind: 'run';
      readonly seeds: readonly number[];
      readonly operations: number;
      readonly planted?: Planted;
      readonly keep?: WorldOptions['keep'];
      readonly toFirstFailure?: boolean;
    }
  | {
      readonly kind: 'shrink';
      readonly failed: Outcome;
      readonly operations: number;
      readonly planted: Planted;
    };

Error.stackTraceLimit = 0;

parentPort?.on('message', ({ id, job }: { id: number; job: Job }) => {
  // Throws unless real time and real randomness are restored.
  void work(job).then((outcomes) => parentPort?.postMessage({ id, outcomes, real: [Date.now(), Math.random()] }));
});

async function work(job: Job): Promise<Outcome[]> {
  const { operations, planted } = job;
  const tamper = planted === undefined ? {} : { tamper: PLANTED[planted] };
  if (job.kind === 'shrink') {
    const { seed } = job.failed;
    return [(await shrink({ seed, operations, ...tamper }, job.failed)).outcome];
  }
  const outcomes: Outcome[] = [];
  for (const seed of job.seeds) {
    outcomes.push(await runSeed({ seed, operations, keep: job.keep ?? 'nothing', ...tamper }));
    if (job.toFirstFailure === true && outcomes.at(-1)?.violation !== null) break;
  }
  return outcomes;
}
