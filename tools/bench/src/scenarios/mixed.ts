/** Mixed traffic: seven reads to three writes, for customers who all have a loan. */
import { centsOf, HUGE, SMALL } from '../load/amounts.ts';
import type { Member } from '../measure/member.ts';
import { isChosen, type Run } from '../run.ts';
import { seedLoans } from '../seeds/loans.ts';
import { WriteMember } from './http-member.ts';

/** The customers that it needs, by name. */
export const mixedCustomers = (run: Run): Record<string, number> =>
  isChosen(run, 'mixed') ? { mixed: run.plan.pool } : {};

/** The member, if selected, and the loans that it needs. */
export async function mixedMembers(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<Member[]> {
  if (!isChosen(run, 'mixed')) return [];
  const customerIds = ids.get('mixed') ?? [];
  await seedLoans(run, customerIds, 1, HUGE);
  const recipe = { kind: 'mixed', customerIds, amount: SMALL } as const;
  const note = '70 % reads: balances, pages of loans and of payments, customers; the rest payments, loans, customers';
  return [new WriteMember(run, { name: 'mixed', recipe, note }, customerIds.length * centsOf(HUGE))];
}
