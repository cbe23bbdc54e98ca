/**
 * A customer as the loans service sees it: the credit line comes from customers, new debt from loans itself, and
 * repayments from payments. Only loans adds debt, and payments arrive here with a delay. The service therefore
 * overestimates the debt, and can err only by refusing a loan.
 */
import type { CustomerStatus, EventOf, StreamEvent } from '@mo/contracts';
import type { Account } from '@mo/messaging';
import { type Money, parseMoney } from '@mo/money';
import type { Loan } from './loan.ts';

export interface LoanAccount extends Account {
  /** Null until the customer's registration has arrived. */
  readonly externalId: string | null;
  readonly status: CustomerStatus | null;
  /** The credit line, in minor units. */
  readonly score: Money;
  /** The outstanding of its pending and active loans, in minor units. */
  readonly debt: Money;
  /** The latest taken_at of its loans, in ms: a loan taken before it does not sort last. */
  readonly lastTakenMs: number;
  /** The loans that the batch touches. */
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

/** The account after events, in their order. The map of loans is copied once, however many loans change. */
export function evolve(account: LoanAccount, events: readonly StreamEvent[]): LoanAccount {
  const fold = new Fold(account);
  for (const event of events) fold.take(event);
  return fold.result();
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
  if (loan === undefined) throw new Error(`loan ${loanId} of customer ${account.customerId} was not loaded`);
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

/** A mutable account while events are applied; the original account stays unchanged. */
class Fold {
  #account: LoanAccount;
  readonly #changed = new Map<number, Loan>();

  constructor(account: LoanAccount) {
    this.#account = account;
  }

  take(event: StreamEvent): void {
    switch (event.type) {
      case 'CustomerRegistered':
      case 'CustomerUpdated': {
        const { customer_external_id: externalId, status, score } = event.data;
        this.#account = { ...this.#account, externalId, status, score: parseMoney(score) };
        break;
      }
      case 'LoanRequested':
        this.#owe(newLoan(event), parseMoney(event.data.amount));
        break;
      case 'LoanTaken':
        this.#lend(event);
        break;
      case 'LoanRejected': {
        const loan = this.#loanOf(event.data.loan_id);
        this.#owe({ ...loan, status: 'rejected', updatedAt: new Date(event.time) }, -loan.amount);
        break;
      }
      case 'LoanPaid': {
        const loan = this.#loanOf(event.data.loan_id);
        this.#owe({ ...loan, status: 'paid', updatedAt: new Date(event.time) }, 0n);
        break;
      }
      case 'PaymentApplied':
        for (const { loan_id, amount } of event.data.details) this.#pay(loan_id, parseMoney(amount), event.time);
        break;
      case 'PaymentRejected':
        break;
      default:
        event satisfies never;
    }
  }

  result(): LoanAccount {
    const { loans } = this.#account;
    return this.#changed.size === 0
      ? this.#account
      : { ...this.#account, loans: new Map([...loans, ...this.#changed]) };
  }

  #lend(event: EventOf<'LoanTaken'>): void {
    const { data, time } = event;
    const lastTakenMs = Math.max(this.#account.lastTakenMs, Date.parse(data.taken_at));
    this.#account = { ...this.#account, lastTakenMs };
    if (!data.requested) {
      this.#owe(newLoan(event), parseMoney(data.amount));
      return;
    }
    const loan = this.#loanOf(data.loan_id);
    this.#owe({ ...loan, status: 'active', takenAt: new Date(data.taken_at), updatedAt: new Date(time) }, 0n);
  }

  #pay(loanId: number, amount: Money, time: string): void {
    const loan = this.#loanOf(loanId);
    if (amount > loan.outstanding)
      throw new Error(`a payment of ${amount} exceeds the ${loan.outstanding} outstanding of loan ${loanId}`);
    this.#owe({ ...loan, outstanding: loan.outstanding - amount, updatedAt: new Date(time) }, -amount);
  }

  #owe(loan: Loan, change: Money): void {
    this.#changed.set(loan.id, loan);
    this.#account = { ...this.#account, debt: this.#account.debt + change };
  }

  #loanOf(loanId: number): Loan {
    return this.#changed.get(loanId) ?? loanOf(this.#account, loanId);
  }
}
