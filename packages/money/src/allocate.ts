import type { Money } from './money.ts';

/** A debt, with the amount that is still to be paid in minor units. */
export interface Debt<Id> {
  readonly id: Id;
  readonly outstanding: Money;
}

/** The part of a payment that goes to one debt; the amount is in minor units and above zero. */
export interface Allocation<Id> {
  readonly id: Id;
  readonly amount: Money;
}

/**
 * Allocates an amount to debts in the given order, paying each in full before the next.
 *
 * @param total minor units, above zero
 * @returns parts that sum to the total, or null if the total exceeds the sum of the debts
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
