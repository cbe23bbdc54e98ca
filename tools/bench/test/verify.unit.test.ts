import { nameOf } from '../src/load/recipes.ts';
import { faultsOfNames } from '../src/verify/names.ts';
import { debtsDiffer } from '../src/verify/writes.ts';

const expected = { prefix: 'run-', kind: 'payment', created: [1, 2, 3], unknown: [4, 5] } as const;
const names = (...numbers: number[]) => numbers.map((number) => nameOf('run-', 'payment', number));

describe('names', () => {
  it('add up if each acknowledged one exists once, and each unanswered one at most once', () => {
    expect(faultsOfNames('the table', expected, names(3, 1, 2))).toEqual([]);
    expect(faultsOfNames('the table', expected, names(1, 2, 3, 5))).toEqual([]);
  });

  it.each([
    ['missing', names(1, 3), 'run-payment-2 was acknowledged and is not in the table'],
    ['there twice', names(1, 2, 3, 2), 'run-payment-2 is in the table 2 times'],
    ['there twice, of those not answered', names(1, 2, 3, 4, 4), 'run-payment-4 is in the table 2 times'],
    ['never acknowledged', names(1, 2, 3, 6), 'run-payment-6 is in the table and was never acknowledged'],
  ])('do not where one is %s', (_, found, fault) => {
    expect(faultsOfNames('the table', expected, found)).toEqual([fault]);
  });

  it('are listed up to a limit, and counted beyond it', () => {
    const none = faultsOfNames('the table', { ...expected, created: Array.from({ length: 100 }, (__, at) => at) }, []);
    expect(none).toHaveLength(6);
    expect(none.at(-1)).toBe('and 95 more');
  });
});

describe('debts', () => {
  const of = (...cents: number[]) => new Map(cents.map((value, place) => [place + 1, value]));

  it('add up if all services agree and the sum is right', () => {
    expect(debtsDiffer({ balances: of(100, 50), loans: of(100, 50), payments: of(100, 50) }, [1, 2], 150)).toEqual([]);
  });

  it('do not add up if a service differs for one customer, or the sum is wrong', () => {
    const differ = debtsDiffer({ balances: of(100, 50), loans: of(100, 49), payments: of(100, 50) }, [1, 2], 150);
    expect(differ).toEqual(['customer 2 owes 50 by its balance, 49 by its loans and 50 by payments, in cents']);
    const wrong = debtsDiffer({ balances: of(100, 50), loans: of(100, 50), payments: of(100, 50) }, [1, 2], 151);
    expect(wrong).toEqual(['the customers owe 150 cents, not 151']);
  });
});
