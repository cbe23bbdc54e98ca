/** The real loans app on a real database and broker, with stand-ins for the two services that it follows. */
import { randomUUID } from 'node:crypto';
import type { EventData, LoanBody, Problem } from '@mo/contracts';
import { testServers } from '@mo/dev-stack';
import type { App } from '@mo/messaging';
import { StreamOwner } from '@mo/messaging/testing';
import { createApp } from '../src/app.ts';

export interface LoansUnderTest {
  readonly app: App;
  readonly customers: StreamOwner;
  readonly payments: StreamOwner;
  readonly topicPrefix: string;
  /** Another process of the same service. */
  startReplica(): Promise<App>;
  stop(): Promise<void>;
}

export async function startLoans(): Promise<LoansUnderTest> {
  const servers = testServers();
  const urls = await servers.createDatabases('loans');
  const customers = await StreamOwner.start('customers');
  const payments = await StreamOwner.start('payments');
  const topicPrefix = `loans-${randomUUID().slice(0, 8)}`;
  const config = {
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'silent' as const,
    KAFKA_BROKERS: [...servers.brokers],
    TOPIC_PREFIX: topicPrefix,
    LOANS_DATABASE_URL: urls.loans,
    CUSTOMERS_URL: [customers.origin],
    PAYMENTS_URL: [payments.origin],
  };
  const apps: App[] = [];
  const startReplica = async () => {
    const app = await createApp(config);
    apps.push(app);
    return app;
  };
  return {
    app: await startReplica(),
    customers,
    payments,
    topicPrefix,
    startReplica,
    stop: async () => {
      for (const app of apps) for (const step of app.steps) await step.stop();
      await customers.close();
      await payments.close();
    },
  };
}

let lastCustomer = 0;

/** A customer that the loans service has not heard of yet. */
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

export function pay(owner: StreamOwner, loan: LoanBody, amount: string, version = 1): EventData<'PaymentApplied'> {
  const data = {
    customer_id: loan.customer_id,
    customer_external_id: loan.customer_external_id,
    payment_id: loan.id * 1_000 + version,
    external_id: `payment-${loan.id}-${version}`,
    total_amount: amount,
    paid_at: new Date().toISOString(),
    details: [{ loan_id: loan.id, amount }],
  };
  owner.append('PaymentApplied', data, { customers: 1, loans: 1 });
  return data;
}

let lastLoan = 0;
export function newLoan(customerId: number, more: object = {}) {
  lastLoan += 1;
  const terms = { amount: '400.00', maximum_payment_date: '2030-01-01T00:00:00Z' };
  return { external_id: `loan-${lastLoan}`, customer_id: customerId, ...terms, ...more };
}

export interface Reply<Body> {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

/** A loan, or the problem that came in its place. */
export type LoanOrProblem = LoanBody & Pick<Problem, 'code' | 'errors'>;

export async function send<Body = LoanOrProblem>(
  app: App,
  method: 'GET' | 'POST',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Reply<Body>> {
  const response = await app.server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return { status: response.statusCode, body: response.json<Body>(), text: response.body, headers: response.headers };
}

export const postLoan = (app: App, loan: object, headers: Record<string, string> = {}): Promise<Reply<LoanOrProblem>> =>
  send(app, 'POST', '/api/loans', loan, headers);
