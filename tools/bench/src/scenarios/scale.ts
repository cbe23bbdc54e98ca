/**
 * Whether a payment costs the same with more processes or more customers: the same load on the base system, on ten
 * times as many customers, and on an additional system whose payments service has four processes.
 */
import { CENT, centsOf, HUGE } from '../load/amounts.ts';
import type { Member } from '../measure/member.ts';
import { runSet, sliceOf } from '../measure/run-set.ts';
import { isChosen, type Run } from '../run.ts';
import { seedCustomers } from '../seeds/customers.ts';
import { seedLoans, settleSeeds } from '../seeds/loans.ts';
import { WriteMember } from './http-member.ts';
import { withOneMore } from './one-more.ts';

const PROCESSES = 4;
const TIMES = 10;
const CONNECTIONS = 64;

/** The customers that it needs in the base system, by name. */
export const scaleCustomers = (run: Run): Record<string, number> =>
  isChosen(run, 'scale') ? { 'scale-base': run.plan.pool, 'scale-10-times-customers': TIMES * run.plan.pool } : {};

/** Measures it if selected. */
export async function measureScale(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<void> {
  if (!isChosen(run, 'scale')) return;
  await withOneMore(run, PROCESSES, async (other) => {
    const name = `scale-${PROCESSES}-processes`;
    const theirs = await seedCustomers(other, { [name]: run.plan.pool });
    await settleSeeds(other);
    const scaled = await payingMember(other, name, theirs);
    const members = [
      await payingMember(run, 'scale-base', ids),
      await payingMember(run, 'scale-10-times-customers', ids),
      scaled,
    ];
    // Its processes are new, and share the warm-up load.
    await sliceOf(scaled, { connections: CONNECTIONS }, PROCESSES * run.plan.warmUpMs);
    const plan = { ...run.plan, connections: [CONNECTIONS] };
    await runSet(members, { ...run, plan });
  });
}

async function payingMember(run: Run, name: string, ids: ReadonlyMap<string, readonly number[]>): Promise<Member> {
  const customerIds = ids.get(name) ?? [];
  await seedLoans(run, customerIds, 1, HUGE);
  await settleSeeds(run);
  const recipe = { kind: 'payment', customerIds, amount: CENT } as const;
  const note = `payments of ${customerIds.length} customers`;
  const scenario = { name, recipe, note, isClosedOnly: true };
  return new WriteMember(run, scenario, customerIds.length * centsOf(HUGE));
}
