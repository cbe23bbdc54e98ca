import type { Answer, Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type { NewPayment, Payment, QueryOf } from '../types.ts';
import { jsonBody } from '../upload.ts';
import { namedIn, ofPayment } from './subjects.ts';

/** Payments. Each is distributed over the active loans of its customer, oldest first. */
export class Payments {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Makes a payment. A payment above the customer's debt is recorded with the status rejected, and changes nothing. */
  make(payment: NewPayment, options?: CallOptions): Promise<Payment> {
    return this.#noted(this.#caller.call('makePayment', { body: jsonBody(payment), about: namedIn(payment) }, options));
  }

  get(paymentId: number, options?: CallOptions): Promise<Payment> {
    return this.#noted(this.#caller.call('getPayment', { path: { payment_id: paymentId } }, options));
  }

  /** Newest first. */
  list(query: QueryOf<'listPayments'> = {}, options?: CallOptions): List<Payment> {
    return this.#caller.list('listPayments', { query, about: namedIn(query) }, ofPayment, options);
  }

  async #noted(answer: Promise<Answer<Payment>>): Promise<Payment> {
    const { body } = await answer;
    this.#caller.tokens.note(ofPayment(body));
    return body;
  }
}
