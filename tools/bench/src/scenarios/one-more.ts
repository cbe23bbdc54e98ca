import { Settling } from '../measure/settling.ts';
import type { Run } from '../run.ts';
import { settleSeeds } from '../seeds/loans.ts';
import { startReplicas } from '../stack.ts';
import { Databases } from '../verify/databases.ts';

/** Runs `work` with an additional fresh system that has `payments` payments processes, and stops it afterwards. */
export async function withOneMore<T>(run: Run, payments: number, work: (other: Run) => Promise<T>): Promise<T> {
  run.say(
    `starting an additional system with ${payments === 1 ? 'one process' : `${payments} processes`} of payments …`,
  );
  const under = await startReplicas(run.under, run.dir, payments);
  try {
    const settling = await Settling.open(under.stack.stack(), under.topicPrefix);
    try {
      const other = { ...run, under, settling, databases: new Databases(under.stack.stack()) };
      await settleSeeds(other);
      return await work(other);
    } finally {
      await settling.close();
    }
  } finally {
    await under.stop();
  }
}
