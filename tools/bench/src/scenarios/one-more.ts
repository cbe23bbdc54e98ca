import { Settling } from '../measure/settling.ts';
import type { Run } from '../run.ts';
import { settleSeeds } from '../seeds/loans.ts';
import { startReplicas } from '../stack.ts';
import { Databases } from '../verify/databases.ts';

/** Does some work with one more system, with so many processes of payments, which has done nothing yet and ends with the work. */
export async function withOneMore<T>(run: Run, payments: number, work: (other: Run) => Promise<T>): Promise<T> {
  run.say(`starting one more system, with ${payments === 1 ? 'one process' : `${payments} processes`} of payments …`);
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
