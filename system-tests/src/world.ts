/** Common steps of the tests, in the terms of the business. */
import type { BalanceBody, CustomerBody, LoanBody, PaymentBody, Problem } from '@mo/contracts';
import type { Api, ApiAnswer } from './api.ts';

let last = 0;
const run = Date.now().toString(36);

/** A unique name. */
export const nameOf = (kind: string): string => {
  last += 1;
  return `${kind}-${run}-${process.pid}-${last}`;
};

export type LoanOrProblem = LoanBody & Pick<Problem, 'code' | 'available_amount'>;
export type PaymentOrProblem = PaymentBody & Pick<Problem, 'code'>;

export class World {
  readonly api: Api;

  constructor(api: Api) {
    this.api = api;
  }

  async customer(score: string): Promise<CustomerBody> {
    const body = { external_id: nameOf('customer'), score };
    return expectStatus(await this.api.insist<CustomerBody>('createCustomer', { body, key: body.external_id }), 201);
  }

  loan(customerId: number, amount: string, more: object = {}, key?: string): Promise<ApiAnswer<LoanOrProblem>> {
    const terms = { amount, maximum_payment_date: '2030-01-01T00:00:00Z' };
    const body = { external_id: nameOf('loan'), customer_id: customerId, ...terms, ...more };
    return this.api.insist('takeLoan', { body, ...(key === undefined ? {} : { key }) });
  }

  payment(customerId: number, amount: string, more: object = {}, key?: string): Promise<ApiAnswer<PaymentOrProblem>> {
    const body = { external_id: nameOf('payment'), customer_id: customerId, total_amount: amount, ...more };
    return this.api.insist('makePayment', { body, ...(key === undefined ? {} : { key }) });
  }

  balance(customerId: number, token: string | null = null): Promise<ApiAnswer<BalanceBody>> {
    return this.api.insist('getBalance', { params: { customer_id: customerId }, token });
  }

  loansOf(customerId: number, token: string | null = null): Promise<ApiAnswer<{ results: LoanBody[] }>> {
    return this.api.insist('listCustomerLoans', { params: { customer_id: customerId }, query: { limit: 200 }, token });
  }
}

/** The body of an answer that must have this status. */
export function expectStatus<Body>(answer: ApiAnswer<Body>, status: number): Body {
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${answer.text}`);
  return answer.body;
}

/** Runs tasks with limited concurrency. */
export async function concurrently(
  count: number,
  atOnce: number,
  task: (place: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let place = next++; place < count; place = next++) await task(place);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

/** The number of answers of each kind. */
export function tally(answers: readonly ApiAnswer<{ code?: string; status?: unknown }>[]): Record<string, number> {
  const kinds = answers.map((answer) => answer.body.code ?? `${answer.status} ${String(answer.body.status)}`);
  return Object.fromEntries(
    Map.groupBy(kinds, (kind) => kind)
      .entries()
      .map(([kind, list]) => [kind, list.length]),
  );
}
