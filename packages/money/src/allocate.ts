import type { Money } from './money.ts';

/** Something that is owed: what it is, and how much of it is still to be paid, in minor units. */
export interface Debt<Id> {
  readonly id: Id;
  readonly outstanding: Money;
}

/** The part of a payment that goes to one debt, in minor units, above zero. */
export interface Allocation<Id> {
  readonly id: Id;
  readonly amount: Money;
}

/**
 * Spreads an amount over debts in the order given, each as far as it goes.
 *
 * @param total minor units, above zero
 * @returns the parts, which sum to the total; or null where the debts together are less than the total
 */
export function allocate<Id>(total: Money, debts: Iterable<Debt<Id>>): Allocation<Id>[] | null {
  const parts: Allocation<Id>[] = [];
  let left = total;
  for (const { id, outstanding } of debts) {
    if (left === 0n) break;
    if (outstanding <= 0n) continue;
    const amount = left < outstanding ? left : outstanding;
    parts.push({ id, amount });
    left -= amount;
  }
  return left === 0n ? parts : null;
}
