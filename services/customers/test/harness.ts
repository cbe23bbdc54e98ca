/** The customers app under test, and short forms for its tests. */
import type { BalanceBody, CustomerBody, Problem } from '@mo/contracts';
import { type Database, run, type Sql, sqlOf } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import {
  type Reply,
  type ServiceUnderTest,
  type StreamOwner,
  send,
  startServiceUnderTest,
} from '@mo/messaging/testing';
import type { App } from '@mo/service-kit';
import { createApp } from '../src/app.ts';

export { loanTaken, paymentApplied } from './events.ts';

export interface CustomersUnderTest extends ServiceUnderTest {
  readonly loans: StreamOwner;
  readonly payments: StreamOwner;
}

export async function startCustomers(): Promise<CustomersUnderTest> {
  const service = await startServiceUnderTest('customers', createApp);
  return { ...service, loans: service.owners.loans, payments: service.owners.payments };
}

let lastName = 0;

/** A request with a unique external_id. */
export function newCustomer(more: object = {}) {
  lastName += 1;
  return { external_id: `customer-${lastName}`, score: '1000.00', ...more };
}

/** A customer, or the problem instead of it. */
export type CustomerOrProblem = CustomerBody & Pick<Problem, 'code' | 'errors'>;
export type BalanceOrProblem = BalanceBody & Pick<Problem, 'code'>;

export const postCustomer = (
  app: App,
  customer: object,
  headers: Record<string, string> = {},
): Promise<Reply<CustomerOrProblem>> => send(app, 'POST', '/api/customers', customer, headers);

export const patchCustomer = (
  app: App,
  id: number,
  change: object,
  headers: Record<string, string> = {},
): Promise<Reply<CustomerOrProblem>> => send(app, 'PATCH', `/api/customers/${id}`, change, headers);

export const getCustomer = (
  app: App,
  id: number,
  headers: Record<string, string> = {},
): Promise<Reply<CustomerOrProblem>> => send(app, 'GET', `/api/customers/${id}`, undefined, headers);

export const getBalance = (
  app: App,
  id: number,
  headers: Record<string, string> = {},
): Promise<Reply<BalanceOrProblem>> => send(app, 'GET', `/api/customers/${id}/balance`, undefined, headers);

/** Registers a customer, and answers with it. */
export async function registered(app: App, more: object = {}): Promise<CustomerBody> {
  const reply = await postCustomer(app, newCustomer(more));
  if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
  return reply.body;
}

/** Runs work on the service's database, concurrently with the service. */
export async function inDatabase<T>(
  { databaseUrl }: ServiceUnderTest,
  work: (sql: Sql, database: Database) => Promise<T>,
): Promise<T> {
  const database = await openTestDatabase(databaseUrl);
  try {
    return await work(sqlOf(database), database);
  } finally {
    await database.close();
  }
}

/** Runs a statement in the service's database. */
export const statement = <Row>(service: ServiceUnderTest, text: string): Promise<Row[]> =>
  inDatabase(service, (sql) => run<Row>(sql, text));
