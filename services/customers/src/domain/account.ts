/**
 * A customer and its balance. Registration, score and status are decided only here; the debt is derived from the events
 * of loans and payments. Each event is applied after its causes, so that the balance is a causal cut at any moment: it
 * contains every effect together with its cause.
 */
import type { CustomerStatus, EventData, StreamEvent } from '@mo/contracts';
import type { Account } from '@mo/messaging';
import { type Money, parseMoney } from '@mo/money';

/** The attributes of a customer, which this service alone decides. */
export interface Customer {
  readonly customerId: number;
  /** Empty until the customer is registered. */
  readonly externalId: string;
  readonly status: CustomerStatus;
  /** The credit line, in minor units. */
  readonly score: Money;
  readonly preapprovedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface CustomerAccount extends Account, Customer {
  /** The outstanding of its pending and active loans, in minor units. */
  readonly totalDebt: Money;
}

const NEVER = new Date(0);

/** The account of a customer that is not registered yet. */
export function unknownAccount(customerId: number): CustomerAccount {
  return {
    customerId,
    version: 0,
    restricted: 0,
    applied: { loans: 0, payments: 0 },
    behind: {},
    lastTimeMs: 0,
    externalId: '',
    status: 'inactive',
    score: 0n,
    preapprovedAt: null,
    createdAt: NEVER,
    updatedAt: NEVER,
    totalDebt: 0n,
  };
}

/** The part of the score that can still be lent, never below zero; minor units. */
export const availableOf = ({ score, totalDebt }: Pick<CustomerAccount, 'score' | 'totalDebt'>): Money =>
  totalDebt < score ? score - totalDebt : 0n;

/** The account after an event. A loan counts as debt once: when it is requested or, if it never was, when taken. */
export function evolve(account: CustomerAccount, event: StreamEvent): CustomerAccount {
  switch (event.type) {
    case 'CustomerRegistered':
      return { ...withData(account, event.data), createdAt: new Date(event.time), updatedAt: new Date(event.time) };
    case 'CustomerUpdated':
      return { ...withData(account, event.data), updatedAt: new Date(event.time) };
    case 'LoanRequested':
      return owing(account, parseMoney(event.data.amount));
    case 'LoanTaken':
      return event.data.requested ? account : owing(account, parseMoney(event.data.amount));
    case 'LoanRejected':
      return owing(account, -parseMoney(event.data.amount));
    case 'PaymentApplied':
      return owing(account, -parseMoney(event.data.total_amount));
    case 'LoanPaid':
    case 'PaymentRejected':
      return account;
    default:
      return event satisfies never;
  }
}

function withData(account: CustomerAccount, data: EventData<'CustomerUpdated'>): CustomerAccount {
  return {
    ...account,
    externalId: data.customer_external_id,
    status: data.status,
    score: parseMoney(data.score),
    preapprovedAt: data.preapproved_at === null ? null : new Date(data.preapproved_at),
  };
}

function owing(account: CustomerAccount, change: Money): CustomerAccount {
  const totalDebt = account.totalDebt + change;
  if (totalDebt < 0n) throw new Error(`the debt of customer ${account.customerId} would be ${totalDebt}, below zero`);
  return { ...account, totalDebt };
}
