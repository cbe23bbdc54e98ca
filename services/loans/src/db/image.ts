/** The rows that the loans service's tables must hold for a customer, derived from the customer's events. */
import { isDeepStrictEqual } from 'node:util';
import { CUSTOMER_STATUSES, isoTime, LOAN_STATUSES, type StreamEvent } from '@mo/contracts';
import { codeOf } from '@mo/database';
import { type Audited, type Image, imageTable, progressRow } from '@mo/messaging';
import { formatMoney, parseMoney } from '@mo/money';
import type { LoanAccount } from '../domain/account.ts';
import { eventOf } from '../domain/credit.ts';
import type { Loan } from '../domain/loan.ts';
import { loanModel } from '../domain/model.ts';
import { ACCOUNT, LOAN } from './accounts-table.ts';

const accounts = imageTable('accounts', {
  key: ['customer_id'],
  isAccount: true,
  columns: ACCOUNT,
});

const loans = imageTable('loans', {
  key: ['id'],
  columns: LOAN,
});

const NO_LOANS: ReadonlyMap<number, Loan> = new Map();

class LoanImage implements Image<LoanAccount> {
  readonly #loans = new Map<number, Loan>();

  complete(account: LoanAccount, event: StreamEvent): LoanAccount {
    const found = loanIdsOf(event).flatMap((id) => this.#loans.get(id) ?? []);
    return found.length === 0 ? account : { ...account, loans: new Map(found.map((loan) => [loan.id, loan])) };
  }

  keep(account: LoanAccount): LoanAccount {
    for (const loan of account.loans.values()) this.#loans.set(loan.id, loan);
    return { ...account, loans: NO_LOANS };
  }

  /**
   * A grant must fit the credit line. A decision must match its loan's data, and the loan must be in the right state.
   */
  faultOf(account: LoanAccount, event: StreamEvent): string | null {
    switch (event.type) {
      case 'LoanRequested':
      case 'LoanTaken': {
        const isAsked = event.type === 'LoanTaken' && event.data.requested;
        const loan = account.loans.get(event.data.loan_id);
        const isInPlace = isAsked ? loan?.status === 'pending' : loan === undefined;
        if (!isInPlace) return `its loan is ${loan?.status ?? 'missing'} before it`;
        const debt = account.debt + (isAsked ? 0n : parseMoney(event.data.amount));
        if (account.status !== 'active') return 'its customer is not active';
        return debt > account.score ? `the debt of ${formatMoney(debt)} exceeds ${formatMoney(account.score)}` : null;
      }
      case 'LoanRejected':
      case 'LoanPaid': {
        const loan = account.loans.get(event.data.loan_id);
        if (loan === undefined) return 'its loan is missing';
        if (!isDeepStrictEqual(event.data, eventOf(account, loan))) return 'its data differ from its loan';
        const isDue = event.type === 'LoanPaid' ? loan.outstanding === 0n : loan.status === 'pending';
        return isDue ? null : `its loan is ${loan.status}, with ${formatMoney(loan.outstanding)} outstanding`;
      }
      case 'CustomerRegistered':
      case 'CustomerUpdated':
      case 'PaymentApplied':
      case 'PaymentRejected':
        return `${event.type} is an event of another service`;
      default:
        return event satisfies never;
    }
  }

  rows(account: LoanAccount) {
    const row = {
      customer_id: String(account.customerId),
      external_id: account.externalId,
      status: account.status === null ? null : String(codeOf(CUSTOMER_STATUSES, account.status)),
      score: formatMoney(account.score),
      debt: formatMoney(account.debt),
      last_taken_at: isoTime(account.lastTakenMs),
      ...progressRow(account),
    };
    return { accounts: [row], loans: this.#loans.values().map(loanRow) };
  }

  owing({ debt }: LoanAccount) {
    const active = [...this.#loans.values()].filter((loan) => loan.status === 'active');
    return { total: debt, active: active.reduce((sum, loan) => sum + loan.outstanding, 0n) };
  }
}

function loanIdsOf({ data }: StreamEvent): number[] {
  if ('details' in data) return data.details.map((detail) => detail.loan_id);
  return 'loan_id' in data ? [data.loan_id] : [];
}

function loanRow(loan: Loan) {
  return {
    id: String(loan.id),
    created_at: isoTime(loan.createdAt),
    updated_at: isoTime(loan.updatedAt),
    external_id: loan.externalId,
    amount: formatMoney(loan.amount),
    status: String(codeOf(LOAN_STATUSES, loan.status)),
    contract_version: loan.contractVersion,
    maximum_payment_date: isoTime(loan.maximumPaymentDate),
    taken_at: loan.takenAt === null ? null : isoTime(loan.takenAt),
    customer_id: String(loan.customerId),
    outstanding: formatMoney(loan.outstanding),
  };
}

export const loansAudited: Audited<LoanAccount> = {
  model: loanModel,
  tables: [accounts, loans],
  progressTable: 'accounts',
  create: 'INSERT INTO accounts (customer_id) VALUES ($1) ON CONFLICT DO NOTHING',
  image: () => new LoanImage(),
};
