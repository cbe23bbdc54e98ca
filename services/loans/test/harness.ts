/** The loans app under test, and short forms for its tests. */
import type { EventData, LoanBody, Problem, SeenVersions, StreamEvent } from '@mo/contracts';
import {
  type Reply,
  type ServiceUnderTest,
  type StreamOwner,
  send,
  startServiceUnderTest,
} from '@mo/messaging/testing';
import type { App } from '@mo/service-kit';
import { createApp } from '../src/app.ts';

export interface LoansUnderTest extends ServiceUnderTest {
  readonly customers: StreamOwner;
  readonly payments: StreamOwner;
}

export async function startLoans(): Promise<LoansUnderTest> {
  const service = await startServiceUnderTest('loans', createApp);
  return { ...service, customers: service.owners.customers, payments: service.owners.payments };
}

let lastCustomer = 0;

/** Registers a customer whose event has not reached loans. */
export function register(owner: StreamOwner, more: Partial<EventData<'CustomerRegistered'>> = {}): number {
  lastCustomer += 1;
  owner.append('CustomerRegistered', { ...customerData(lastCustomer), ...more });
  return lastCustomer;
}

/** The data of an event of customers. */
export const customerData = (id: number): EventData<'CustomerUpdated'> => ({
  customer_id: id,
  customer_external_id: `customer-${id}`,
  status: 'active',
  score: '1000.00',
  preapproved_at: null,
});

/** Makes a payment whose event has not reached loans. */
export function pay(
  owner: StreamOwner,
  loan: LoanBody,
  amount: string,
  version = 1,
  seen: SeenVersions = { customers: 1, loans: 1 },
): StreamEvent {
  const data = {
    customer_id: loan.customer_id,
    customer_external_id: loan.customer_external_id,
    payment_id: loan.id * 1_000 + version,
    external_id: `payment-${loan.id}-${version}`,
    total_amount: amount,
    paid_at: new Date().toISOString(),
    details: [{ loan_id: loan.id, amount }],
  };
  return owner.append('PaymentApplied', data, seen);
}

let lastLoan = 0;

/** A request for 400.00 with a unique external_id. */
export function newLoan(customerId: number, more: object = {}) {
  lastLoan += 1;
  const terms = { amount: '400.00', maximum_payment_date: '2030-01-01T00:00:00Z' };
  return { external_id: `loan-${lastLoan}`, customer_id: customerId, ...terms, ...more };
}

/** A loan, or the problem instead of it. */
export type LoanOrProblem = LoanBody & Pick<Problem, 'code' | 'errors'>;

export const postLoan = (app: App, loan: object, headers: Record<string, string> = {}): Promise<Reply<LoanOrProblem>> =>
  send(app, 'POST', '/api/loans', loan, headers);
export const getLoan = (app: App, id: number, headers: Record<string, string> = {}): Promise<Reply<LoanOrProblem>> =>
  send(app, 'GET', `/api/loans/${id}`, undefined, headers);
