/** API traffic whose result an example subscriber's ledger must match. */
import { type LoanBody, PAGE_LIMIT_MAX, type PaymentBody } from '@mo/contracts';
import { parseMoney } from '@mo/money';
import type { ApiAnswer, ApiRequest } from './api.ts';
import type { Example, LedgerRow } from './example.ts';
import type { System } from './system.ts';
import { waitFor } from './wait-for.ts';
import { concurrently, expectStatus } from './world.ts';

const CUSTOMERS = 8;

interface Page<Row> {
  readonly results: readonly Row[];
  readonly next_cursor: string | null;
}

export class ExampleBusiness {
  readonly #system: System;
  readonly #customers: readonly number[];

  private constructor(system: System, customers: readonly number[]) {
    this.#system = system;
    this.#customers = customers;
  }

  static async begin(system: System): Promise<ExampleBusiness> {
    const customers: number[] = [];
    for (let count = 0; count < CUSTOMERS; count += 1) customers.push((await system.world.customer('100000')).id);
    return new ExampleBusiness(system, customers);
  }

  get firstCustomer(): number {
    return this.#customers[0] as number;
  }

  /**
   * For each customer: a rejected loan request, two payments (one of them refused), and a loan. The last event of each
   * topic is one that counts, so that counting it twice is visible.
   */
  async round(): Promise<void> {
    const { world, api } = this.#system;
    await concurrently(CUSTOMERS, CUSTOMERS, async (place) => {
      const customerId = this.#customers[place] as number;
      const pending = expectStatus(await world.loan(customerId, '5.00', { status: 'pending' }), 201);
      await api.insist('rejectLoan', { params: { loan_id: pending.id } });
      await world.payment(customerId, '90000.00');
      await world.payment(customerId, '3.07');
      await world.loan(customerId, '10.01');
    });
  }

  /** Each customer according to the API, in minor units. */
  truth(): Promise<LedgerRow[]> {
    const rows = this.#customers.map(async (customerId) => {
      const loans = await this.#all<LoanBody>('listCustomerLoans', customerId);
      const payments = await this.#all<PaymentBody>('listCustomerPayments', customerId);
      const taken = loans.filter(({ status }) => status === 'active' || status === 'paid');
      const completed = payments.filter(({ status }) => status === 'completed');
      return {
        customerId,
        lent: taken.reduce((sum, { amount }) => sum + Number(parseMoney(amount)), 0),
        paid: completed.reduce((sum, { total_amount: amount }) => sum + Number(parseMoney(amount)), 0),
      };
    });
    return Promise.all(rows);
  }

  /** All rows of a list of a customer. */
  async #all<Row>(list: 'listCustomerLoans' | 'listCustomerPayments', customerId: number): Promise<Row[]> {
    const rows: Row[] = [];
    let query: Record<string, string | number> | null = { limit: PAGE_LIMIT_MAX };
    while (query !== null) {
      const request: ApiRequest = { params: { customer_id: customerId }, query };
      const { body }: ApiAnswer<Page<Row>> = await this.#system.api.insist<Page<Row>>(list, request);
      rows.push(...body.results);
      query = body.next_cursor === null ? null : { limit: PAGE_LIMIT_MAX, cursor: body.next_cursor };
    }
    return rows;
  }

  /** Waits until the example's ledger matches the API. */
  async untilTrue(example: Example): Promise<void> {
    const expected = JSON.stringify(await this.truth());
    await waitFor(() => Promise.resolve(JSON.stringify(example.rows()) === expected));
  }
}
