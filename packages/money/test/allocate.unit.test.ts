import fc from 'fast-check';
import { allocate } from '../src/index.ts';

const debts = fc
  .array(
    fc.bigInt({ min: 0n, max: 10_000n }).map((outstanding) => ({ outstanding })),
    { maxLength: 12 },
  )
  .map((list) => list.map((debt, id) => ({ id, ...debt })));
const totals = fc.bigInt({ min: 1n, max: 60_000n });
const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

describe('allocation', () => {
  it('conserves the sum, or returns null if the total exceeds the debts', () => {
    fc.assert(
      fc.property(totals, debts, (total, owed) => {
        const parts = allocate(total, owed);
        if (total > sum(owed.map((debt) => debt.outstanding))) expect(parts).toBeNull();
        else expect(sum((parts ?? []).map((part) => part.amount))).toBe(total);
      }),
    );
  });

  it('never allocates zero or more than the outstanding amount to a debt', () => {
    fc.assert(
      fc.property(totals, debts, (total, owed) => {
        for (const part of allocate(total, owed) ?? []) {
          expect(part.amount).toBeGreaterThan(0n);
          expect(part.amount).toBeLessThanOrEqual(owed[part.id]?.outstanding ?? 0n);
        }
      }),
    );
  });

  it('skips debts of zero', () => {
    const owed = [0n, 3n, 0n, 9n].map((outstanding, id) => ({ id, outstanding }));
    expect(allocate(5n, owed)).toEqual([
      { id: 1, amount: 3n },
      { id: 3, amount: 2n },
    ]);
  });

  it('pays each debt in full before the next', () => {
    fc.assert(
      fc.property(totals, debts, (total, owed) => {
        const parts = allocate(total, owed) ?? [];
        const open = owed.filter((debt) => debt.outstanding > 0n);
        parts.forEach((part, index) => {
          expect(part.id).toBe(open[index]?.id);
          if (index < parts.length - 1) expect(part.amount).toBe(open[index]?.outstanding);
        });
      }),
    );
  });
});
