import { Caller, type ClientOptions } from './caller.ts';
import { Customers } from './resources/customers.ts';
import { Loans } from './resources/loans.ts';
import { Payments } from './resources/payments.ts';

/** The API of MO Loans. One client serves a whole program; it keeps nothing open. */
export class MoClient {
  readonly customers: Customers;
  readonly loans: Loans;
  readonly payments: Payments;
  readonly #caller: Caller;

  /** @throws TypeError naming the option that can't be */
  constructor(options: ClientOptions) {
    this.#caller = new Caller(options);
    this.customers = new Customers(this.#caller);
    this.loans = new Loans(this.#caller);
    this.payments = new Payments(this.#caller);
  }

  /** What this client has seen of a customer, to be handed to another process as `consistencyToken`. */
  consistencyToken(customerId: number): string | undefined {
    return this.#caller.tokens.find({ customerId });
  }
}
