/** Mixed traffic: seven reads to three writes, for customers who all have a loan. */
import type { Member } from '../measure/member.ts';
import { isChosen, type Run } from '../run.ts';
import { seedLoans } from '../seeds/loans.ts';
import { WriteMember } from './http-member.ts';
import { HUGE } from './writes.ts';

const AMOUNT = { text: '1.00', cents: 100 };

/** The customers that it needs, by name. */
export const mixedCustomers = (run: Run): Record<string, number> =>
  isChosen(run, 'mixed') ? { mixed: run.plan.pool } : {};

/** The member, if selected, and the loans that it needs. */
export async function mixedMembers(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<Member[]> {
  if (!isChosen(run, 'mixed')) return [];
  const customerIds = ids.get('mixed') ?? [];
  await seedLoans(run, customerIds, 1, HUGE.text);
  const recipe = { kind: 'mixed', customerIds, amount: AMOUNT.text } as const;
  const note = '70 % reads: balances, pages of loans and of payments, customers; the rest payments, loans, customers';
  const scenario = { name: 'mixed', recipe, note, loanCents: AMOUNT.cents, paymentCents: AMOUNT.cents, customerIds };
  return [new WriteMember(run, scenario, customerIds.length * HUGE.cents)];
}
