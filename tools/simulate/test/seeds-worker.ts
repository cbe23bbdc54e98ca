/** Runs seeds on a thread of plain Node: inside jest, where every module is a virtual one, they take several times as long. */
import { parentPort } from 'node:worker_threads';
import { type Outcome, runSeed } from '../src/seed.ts';
import { shrink } from '../src/shrink.ts';
import type { WorldOptions } from '../src/world/world.ts';
import { PLANTED, type Planted } from './planted.ts';

/** Either seeds one after the other, to the first failure where told; or one that fails, as short as it gets. */
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
  // Real time and real randomness are there again, or this throws.
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
