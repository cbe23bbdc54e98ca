import type { EventData, StreamEvent } from '@mo/contracts';
import { Batch } from '@mo/messaging';
import { evolve, type LoanAccount, loanOf, paidOffBy, unknownAccount } from '../../src/domain/account.ts';
import { activateLoan, availableOf, eventOf, takeLoan } from '../../src/domain/credit.ts';
import type { Loan } from '../../src/domain/loan.ts';
import { loanModel } from '../../src/domain/model.ts';

const TIME = '2026-01-02T03:04:05.006Z';
const LATER = '2026-02-03T04:05:06.007Z';
const TAKEN_AT = '2026-01-01T00:00:00.000Z';
const DUE = '2027-01-01T00:00:00.000Z';
const named = { customer_id: 7, customer_external_id: 'seven' };

function event(type: StreamEvent['type'], data: object, time = TIME): StreamEvent {
  const stream = type.startsWith('Loan') ? 'loans' : type.startsWith('Payment') ? 'payments' : 'customers';
  const rest = { customer_id: 7, version: 3, seen: {}, time, traceparent: null };
  return { stream, type, data: { ...named, ...data }, ...rest } as unknown as StreamEvent;
}
const terms: Omit<EventData<'LoanRequested'>, 'taken_at'> = {
  ...named,
  loan_id: 1,
  external_id: 'l1',
  amount: '1.00',
  contract_version: 'v2',
  maximum_payment_date: DUE,
};
const taken = (more: Partial<EventData<'LoanTaken'>> = {}) =>
  event('LoanTaken', { ...terms, taken_at: TAKEN_AT, requested: false, ...more });
const applied = (...details: [loan_id: number, amount: string][]) =>
  event('PaymentApplied', { details: details.map(([loan_id, amount]) => ({ loan_id, amount })) }, LATER) as Extract<
    StreamEvent,
    { type: 'PaymentApplied' }
  >;

const active: Loan = {
  id: 1,
  externalId: 'l1',
  customerId: 7,
  amount: 100n,
  outstanding: 100n,
  status: 'active',
  contractVersion: 'v2',
  maximumPaymentDate: new Date(DUE),
  takenAt: new Date(TAKEN_AT),
  createdAt: new Date(TIME),
  updatedAt: new Date(TIME),
};
const pending: Loan = { ...active, status: 'pending', takenAt: null };
const known: LoanAccount = {
  customerId: 7,
  version: 0,
  restricted: 0,
  applied: { customers: 0, payments: 0 },
  behind: {},
  lastTimeMs: 0,
  externalId: 'seven',
  status: 'active',
  score: 500n,
  debt: 0n,
  lastTakenMs: 0,
  loans: new Map(),
};
const withLoans = (debt: bigint, loans: Loan[], more: Partial<LoanAccount> = {}): LoanAccount => ({
  ...known,
  debt,
  loans: new Map(loans.map((loan) => [loan.id, loan])),
  ...more,
});
const takenMs = Date.parse(TAKEN_AT);

describe('a customer', () => {
  it('that is unknown has no name, status or credit', () => {
    expect(unknownAccount(7)).toEqual({ ...known, externalId: null, status: null, score: 0n });
  });

  it.each(['CustomerRegistered', 'CustomerUpdated'] as const)('has the values of %s', (type) => {
    expect(evolve(unknownAccount(7), [event(type, { status: 'active', score: '5.00' })])).toEqual(known);
  });

  it('is not changed by a rejected payment', () => {
    expect(evolve(known, [event('PaymentRejected', { total_amount: '1.00' })])).toBe(known);
  });
});

describe('a loan', () => {
  it('that is taken is owed in full from taken_at on', () => {
    expect(evolve(known, [taken()])).toEqual(withLoans(100n, [active], { lastTakenMs: takenMs }));
  });

  it('that was taken earlier than another keeps the latest taken_at', () => {
    expect(evolve({ ...known, lastTakenMs: takenMs + 1 }, [taken()]).lastTakenMs).toBe(takenMs + 1);
    expect(evolve({ ...known, lastTakenMs: takenMs - 1 }, [taken()]).lastTakenMs).toBe(takenMs);
  });

  it('that is requested uses credit, and has no taken_at', () => {
    const requested = event('LoanRequested', { ...terms, taken_at: null });
    expect(evolve(known, [requested])).toEqual(withLoans(100n, [pending]));
  });

  it('that is activated counts once, and is taken at that time', () => {
    const activated = event('LoanTaken', { ...terms, taken_at: TAKEN_AT, requested: true }, LATER);
    expect(evolve(withLoans(100n, [pending]), [activated])).toEqual(
      withLoans(100n, [{ ...active, updatedAt: new Date(LATER) }], { lastTakenMs: takenMs }),
    );
  });

  it('that is rejected frees its credit, and keeps its amount', () => {
    expect(evolve(withLoans(130n, [pending]), [event('LoanRejected', terms, LATER)])).toEqual(
      withLoans(30n, [{ ...pending, status: 'rejected', updatedAt: new Date(LATER) }]),
    );
  });

  it('that is paid frees no credit in addition to its payments', () => {
    expect(evolve(withLoans(30n, [active]), [event('LoanPaid', terms, LATER)])).toEqual(
      withLoans(30n, [{ ...active, status: 'paid', updatedAt: new Date(LATER) }]),
    );
  });

  it('that the batch has not loaded is an error that names the loan', () => {
    expect(() => loanOf(known, 9)).toThrow('loan 9 of customer 7 was not loaded');
    expect(loanOf(withLoans(0n, [active]), 1)).toBe(active);
  });
});

describe('a payment', () => {
  const second: Loan = { ...active, id: 2, externalId: 'l2' };

  it('reduces each of its loans, and the debt by their sum', () => {
    expect(evolve(withLoans(200n, [active, second]), [applied([1, '1.00'], [2, '0.30'])])).toEqual(
      withLoans(70n, [
        { ...active, outstanding: 0n, updatedAt: new Date(LATER) },
        { ...second, outstanding: 70n, updatedAt: new Date(LATER) },
      ]),
    );
  });

  it('pays off the loans whose outstanding becomes zero', () => {
    expect(paidOffBy(withLoans(200n, [active, second]), applied([1, '1.00'], [2, '0.99']))).toEqual([active]);
  });

  it("can't exceed the outstanding of a loan", () => {
    const left: Loan = { ...active, outstanding: 40n };
    expect(() => evolve(withLoans(40n, [left]), [applied([1, '0.41'])])).toThrow(
      'a payment of 41 exceeds the 40 outstanding of loan 1',
    );
  });
});

describe('several events', () => {
  it('are applied in order to the result of their predecessors, and leave the original account unchanged', () => {
    const before = withLoans(100n, [active]);
    const paid = event('LoanPaid', terms, LATER);
    expect(evolve(before, [applied([1, '0.40']), applied([1, '0.60']), paid])).toEqual(
      withLoans(0n, [{ ...active, outstanding: 0n, status: 'paid', updatedAt: new Date(LATER) }]),
    );
    expect(before).toEqual(withLoans(100n, [active]));
  });

  it.each([1_000, 10_000])('copy the %d loans that a payment pays off a constant number of times', (count) => {
    const ids = Array.from({ length: count }, (_, n) => n + 1);
    const loans = ids.map((id): Loan => ({ ...active, id, externalId: `l${id}` }));
    const account = withLoans(100n * BigInt(count), loans, { applied: { customers: 1, payments: 0 } });
    const payment = { ...applied(...ids.map((id) => [id, '1.00'] as [number, string])), version: 1 };
    const state = { accounts: new Map([[7, account]]), taken: new Set<string>(), answers: new Map(), ids: [] };
    const batch = new Batch(loanModel, state, Date.parse(LATER));
    const copied = entriesCopiedBy(() => expect(batch.events([payment])).toEqual(['apply']));
    expect(copied).toBeLessThan(10 * count);
    const { written, accounts } = batch.changes();
    expect(written.map(({ type, version }) => [type, version])).toEqual(ids.map((id) => ['LoanPaid', id]));
    expect(accounts[0]?.after).toMatchObject({ debt: 0n, version: count });
  });
});

/** The number of entries with which maps are created during some work. */
function entriesCopiedBy(work: () => void): number {
  const { Map: PlainMap } = globalThis;
  let copied = 0;
  class CountedMap<Key, Value> extends PlainMap<Key, Value> {
    constructor(entries?: Iterable<readonly [Key, Value]> | null) {
      super(entries);
      copied += this.size;
    }
  }
  globalThis.Map = CountedMap;
  try {
    work();
  } finally {
    globalThis.Map = PlainMap;
  }
  return copied;
}

describe('the decision on a loan', () => {
  const nowMs = Date.parse(TIME);
  const request = {
    external_id: 'l1',
    customer_id: 7,
    amount: 100n,
    contract_version: 'v2',
    maximum_payment_date: new Date(DUE),
    status: 'active',
  } as const;

  it('contains all values of the loan', () => {
    expect(takeLoan(known, request, 1, nowMs)).toEqual({
      granted: true,
      type: 'LoanTaken',
      data: { ...terms, taken_at: TIME, requested: false },
    });
    expect(takeLoan(known, { ...request, taken_at: new Date(TAKEN_AT) }, 1, nowMs)).toMatchObject({
      data: { taken_at: TAKEN_AT },
    });
    expect(takeLoan(known, { ...request, status: 'pending' }, 1, nowMs)).toEqual({
      granted: true,
      type: 'LoanRequested',
      data: { ...terms, taken_at: null },
    });
  });

  it("is a refusal if the customer's external_id is unknown", () => {
    expect(takeLoan({ ...known, externalId: null }, request, 1, nowMs)).toEqual({
      granted: false,
      refusal: { code: 'customer_not_found' },
    });
    expect(activateLoan({ ...known, externalId: null }, pending, nowMs)).toEqual({
      granted: false,
      refusal: { code: 'customer_not_found' },
    });
  });

  it('to activate it contains all values of the loan, taken now', () => {
    expect(activateLoan({ ...known, debt: 500n }, pending, nowMs)).toEqual({
      granted: true,
      type: 'LoanTaken',
      data: { ...terms, taken_at: TIME, requested: true },
    });
  });

  it('to activate it is a refusal if the customer is inactive or its debt exceeds the credit line', () => {
    expect(activateLoan({ ...known, status: 'inactive' }, pending, nowMs)).toEqual({
      granted: false,
      refusal: { code: 'customer_inactive' },
    });
    expect(activateLoan({ ...known, debt: 501n }, pending, nowMs)).toEqual({
      granted: false,
      refusal: { code: 'credit_limit_exceeded', available: 0n },
    });
  });

  it('leaves an available amount of the credit line less the debt, down to zero', () => {
    expect([499n, 500n, 501n].map((debt) => availableOf({ ...known, debt }))).toEqual([1n, 0n, 0n]);
  });

  it('identifies the loan, its customer and its amount in later events', () => {
    const { contract_version: _version, maximum_payment_date: _due, ...told } = terms;
    expect(eventOf(known, active)).toEqual(told);
    expect(eventOf({ ...known, externalId: null }, active)).toEqual({ ...told, customer_external_id: '' });
  });
});

describe("the loans service's part in the protocol", () => {
  it('depends on customers and payments', () => {
    const { stream, follows, decidesOn } = loanModel;
    expect({ stream, follows, decidesOn }).toEqual({
      stream: 'loans',
      follows: ['customers', 'payments'],
      decidesOn: ['customers', 'payments'],
    });
    expect(loanModel.unknown(7)).toEqual(unknownAccount(7));
    expect(loanModel.externalIdOf(known)).toBe('seven');
    expect(loanModel.evolve(known, [taken()]).debt).toBe(100n);
  });

  it('restricts by each event that uses credit, once per loan', () => {
    const events = [
      event('LoanRequested', terms),
      taken({ requested: false }),
      taken({ requested: true }),
      event('LoanRejected', terms),
    ];
    expect(events.map((one) => loanModel.restricts(one))).toEqual([true, true, false, false]);
  });

  it('reacts with LoanPaid to a payment that pays loans off, and with nothing else', () => {
    const account = withLoans(100n, [active]);
    expect(loanModel.react(account, applied([1, '1.00']))).toEqual([
      { type: 'LoanPaid', data: eventOf(known, active) },
    ]);
    expect(loanModel.react(account, applied([1, '0.99']))).toEqual([]);
    expect(loanModel.react(account, event('PaymentRejected', {}))).toEqual([]);
  });
});
