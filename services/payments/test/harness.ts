/** The payments app under test, and short forms for its tests. */
import type { EventData, PaymentBody, Problem } from '@mo/contracts';
import {
  type Reply,
  type ServiceUnderTest,
  type StreamOwner,
  send,
  startServiceUnderTest,
} from '@mo/messaging/testing';
import type { App } from '@mo/service-kit';
import { createApp } from '../src/app.ts';
import type { Config } from '../src/config.ts';

export interface PaymentsUnderTest extends ServiceUnderTest {
  readonly customers: StreamOwner;
  readonly loans: StreamOwner;
}

export async function startPayments(more: Partial<Config> = {}): Promise<PaymentsUnderTest> {
  const service = await startServiceUnderTest('payments', createApp, more);
  return { ...service, customers: service.owners.customers, loans: service.owners.loans };
}

let lastCustomer = 0;

/** Registers a customer whose event has not reached payments. */
export function register(owner: StreamOwner, more: Partial<EventData<'CustomerRegistered'>> = {}): number {
  lastCustomer += 1;
  owner.append('CustomerRegistered', {
    customer_id: lastCustomer,
    customer_external_id: `customer-${lastCustomer}`,
    status: 'active',
    score: '1000.00',
    preapproved_at: null,
    ...more,
  });
  return lastCustomer;
}

let lastLoan = 0;

/** Takes a loan whose event has not reached payments. */
export function lend(owner: StreamOwner, customerId: number, amount: string, takenAt = '2026-01-01T00:00:00.000Z') {
  lastLoan += 1;
  const data: EventData<'LoanTaken'> = {
    customer_id: customerId,
    customer_external_id: `customer-${customerId}`,
    loan_id: lastLoan,
    external_id: `loan-${lastLoan}`,
    amount,
    contract_version: null,
    maximum_payment_date: '2030-01-01T00:00:00.000Z',
    taken_at: takenAt,
    requested: false,
  };
  return owner.append('LoanTaken', data, { customers: 1 });
}

let lastPayment = 0;

/** A request with a unique external_id. */
export function newPayment(customerId: number, amount: string, more: object = {}) {
  lastPayment += 1;
  return { external_id: `payment-${lastPayment}`, customer_id: customerId, total_amount: amount, ...more };
}

/** A payment, or the problem instead of it. */
export type PaymentOrProblem = PaymentBody & Pick<Problem, 'code' | 'errors'>;

export const postPayment = (
  app: App,
  payment: object,
  headers: Record<string, string> = {},
): Promise<Reply<PaymentOrProblem>> => send(app, 'POST', '/api/payments', payment, headers);
