import { Caller, type ClientOptions } from './caller.ts';
import { AuditLog } from './resources/audit-log.ts';
import { Customers } from './resources/customers.ts';
import { Keys } from './resources/keys.ts';
import { Loans } from './resources/loans.ts';
import { Payments } from './resources/payments.ts';
import { Webhooks } from './resources/webhooks.ts';

/** A client of the MO Loans API. One instance is enough for a whole program; it holds no open resources. */
export class MoClient {
  readonly customers: Customers;
  readonly loans: Loans;
  readonly payments: Payments;
  readonly webhooks: Webhooks;
  readonly keys: Keys;
  readonly auditLog: AuditLog;
  readonly #caller: Caller;

  /** @throws TypeError that names the invalid option */
  constructor(options: ClientOptions) {
    this.#caller = new Caller(options);
    this.customers = new Customers(this.#caller);
    this.loans = new Loans(this.#caller);
    this.payments = new Payments(this.#caller);
    this.webhooks = new Webhooks(this.#caller);
    this.keys = new Keys(this.#caller);
    this.auditLog = new AuditLog(this.#caller);
  }

  /** The state of a customer that this client has seen; pass it to another process as `consistencyToken`. */
  consistencyToken(customerId: number): string | undefined {
    return this.#caller.tokens.find({ customerId });
  }
}
