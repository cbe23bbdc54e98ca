/**
 * A customer and its balance. Who is a customer, its score and its status are decided here, alone; the debt is what loans
 * and payments tell. Each of their events comes with its causes applied before it, so the balance is at any moment a
 * causal cut: every effect with its cause.
 */
import type { CustomerStatus, EventData, SeenVersions, StreamEvent } from '@mo/contracts';
import { type Money, parseMoney } from '@mo/money';

export interface CustomerAccount {
  readonly customerId: number;
  readonly version: number;
  readonly restricted: number;
  readonly applied: SeenVersions;
  readonly behind: SeenVersions;
  readonly lastTimeMs: number;
  /** Empty until it is registered. */
  readonly externalId: string;
  readonly status: CustomerStatus;
  /** The credit line, in minor units. */
  readonly score: Money;
  readonly preapprovedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The outstanding of its pending and active loans, in minor units. */
  readonly totalDebt: Money;
}

const NEVER = new Date(0);

/** A customer to be; it exists once it is registered. */
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

/** What the score leaves to be lent, never below zero; minor units. */
export const availableOf = ({ score, totalDebt }: Pick<CustomerAccount, 'score' | 'totalDebt'>): Money =>
  totalDebt < score ? score - totalDebt : 0n;

/** The account after an event. A loan counts once: when it is requested or, where it was not, when it is taken. */
export function evolve(account: CustomerAccount, event: StreamEvent): CustomerAccount {
  switch (event.type) {
    case 'CustomerRegistered':
      return { ...told(account, event.data), createdAt: new Date(event.time), updatedAt: new Date(event.time) };
    case 'CustomerUpdated':
      return { ...told(account, event.data), updatedAt: new Date(event.time) };
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

function told(account: CustomerAccount, data: EventData<'CustomerUpdated'>): CustomerAccount {
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
