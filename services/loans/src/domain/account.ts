/**
 * A customer as the loans service sees it: the credit line, told by customers; the debt, its own; what was paid, told by
 * payments. It alone adds debt and hears of payments late, so it overestimates debt and errs only towards a refusal.
 */
import type { CustomerStatus, EventOf, SeenVersions, StreamEvent } from '@mo/contracts';
import { type Money, parseMoney } from '@mo/money';
import type { Loan } from './loan.ts';

export interface LoanAccount {
  readonly customerId: number;
  readonly version: number;
  readonly restricted: number;
  readonly applied: SeenVersions;
  readonly behind: SeenVersions;
  readonly lastTimeMs: number;
  /** Null until customers has told of it. */
  readonly externalId: string | null;
  readonly status: CustomerStatus | null;
  /** The credit line, in minor units. */
  readonly score: Money;
  /** The outstanding of its pending and active loans, in minor units. */
  readonly debt: Money;
  /** The latest taken_at of its loans, in ms: a loan taken before it does not sort last. */
  readonly lastTakenMs: number;
  /** Those of its loans that the batch touches. */
  readonly loans: ReadonlyMap<number, Loan>;
}

export function unknownAccount(customerId: number): LoanAccount {
  return {
    customerId,
    version: 0,
    restricted: 0,
    applied: { customers: 0, payments: 0 },
    behind: {},
    lastTimeMs: 0,
    externalId: null,
    status: null,
    score: 0n,
    debt: 0n,
    lastTakenMs: 0,
    loans: new Map(),
  };
}

/** The account after an event. */
export function evolve(account: LoanAccount, event: StreamEvent): LoanAccount {
  switch (event.type) {
    case 'CustomerRegistered':
    case 'CustomerUpdated': {
      const { customer_external_id: externalId, status, score } = event.data;
      return { ...account, externalId, status, score: parseMoney(score) };
    }
    case 'LoanRequested':
      return owing(account, newLoan(event), parseMoney(event.data.amount));
    case 'LoanTaken':
      return event.data.requested
        ? taken(account, event)
        : owing(noteTaken(account, event), newLoan(event), parseMoney(event.data.amount));
    case 'LoanRejected': {
      const loan = loanOf(account, event.data.loan_id);
      return owing(account, { ...loan, status: 'rejected', updatedAt: new Date(event.time) }, -loan.amount);
    }
    case 'LoanPaid': {
      const loan = loanOf(account, event.data.loan_id);
      return owing(account, { ...loan, status: 'paid', updatedAt: new Date(event.time) }, 0n);
    }
    case 'PaymentApplied':
      return event.data.details.reduce(
        (before, detail) => reduced(before, detail.loan_id, parseMoney(detail.amount), event.time),
        account,
      );
    case 'PaymentRejected':
      return account;
    default:
      return event satisfies never;
  }
}

/** The loans that a payment pays off. */
export function paidOffBy(account: LoanAccount, payment: EventOf<'PaymentApplied'>): Loan[] {
  return payment.data.details
    .filter((detail) => loanOf(account, detail.loan_id).outstanding === parseMoney(detail.amount))
    .map((detail) => loanOf(account, detail.loan_id));
}

/** One of the account's loans that the batch has loaded. */
export function loanOf(account: LoanAccount, loanId: number): Loan {
  const loan = account.loans.get(loanId);
  if (loan === undefined) throw new Error(`loan ${loanId} is not among those loaded of customer ${account.customerId}`);
  return loan;
}

function newLoan({ data, type, time }: EventOf<'LoanTaken'> | EventOf<'LoanRequested'>): Loan {
  const amount = parseMoney(data.amount);
  return {
    id: data.loan_id,
    externalId: data.external_id,
    customerId: data.customer_id,
    amount,
    outstanding: amount,
    status: type === 'LoanTaken' ? 'active' : 'pending',
    contractVersion: data.contract_version,
    maximumPaymentDate: new Date(data.maximum_payment_date),
    takenAt: data.taken_at === null ? null : new Date(data.taken_at),
    createdAt: new Date(time),
    updatedAt: new Date(time),
  };
}

function taken(account: LoanAccount, event: EventOf<'LoanTaken'>): LoanAccount {
  const loan = loanOf(account, event.data.loan_id);
  const active: Loan = {
    ...loan,
    status: 'active',
    takenAt: new Date(event.data.taken_at),
    updatedAt: new Date(event.time),
  };
  return owing(noteTaken(account, event), active, 0n);
}

function noteTaken(account: LoanAccount, event: EventOf<'LoanTaken'>): LoanAccount {
  return { ...account, lastTakenMs: Math.max(account.lastTakenMs, Date.parse(event.data.taken_at)) };
}

function reduced(account: LoanAccount, loanId: number, amount: Money, time: string): LoanAccount {
  const loan = loanOf(account, loanId);
  if (amount > loan.outstanding)
    throw new Error(`a payment of ${amount} exceeds the ${loan.outstanding} outstanding of loan ${loanId}`);
  return owing(account, { ...loan, outstanding: loan.outstanding - amount, updatedAt: new Date(time) }, -amount);
}

function owing(account: LoanAccount, loan: Loan, change: Money): LoanAccount {
  return { ...account, debt: account.debt + change, loans: new Map(account.loans).set(loan.id, loan) };
}
