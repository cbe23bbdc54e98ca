import type { Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type {
  Balance,
  BulkSummary,
  Customer,
  CustomerChange,
  Loan,
  NewCustomer,
  Payment,
  QueryOf,
  StatementEntry,
} from '../types.ts';
import { jsonBody, type UploadFile, type UploadType, uploadBody } from '../upload.ts';
import { ofBalance, ofCustomer, ofLoan, ofPayment } from './subjects.ts';

export interface BulkOptions extends CallOptions {
  readonly type: UploadType;
  /** All or nothing: a bad line causes the problem `bulk_failed`, which has the members of a summary. */
  readonly atomic?: boolean | undefined;
}

export interface ChangedCustomer {
  readonly customer: Customer;
  /** False if the change is stored, but a loan may still be granted under the old terms. Repeat the call to be sure. */
  readonly isEnforced: boolean;
}

/** Customers: their credit line, their balance and their statement. */
export class Customers {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async create(customer: NewCustomer, options?: CallOptions): Promise<Customer> {
    const { body } = await this.#caller.call('createCustomer', { body: jsonBody(customer) }, options);
    this.#caller.tokens.note(ofCustomer(body));
    return body;
  }

  /**
   * Registers many customers from a file of any size. Bad lines are reported, and the others are created. The call has
   * no time limit by default. It is retried unless the file is a stream. In a repetition with the same key, lines that
   * are already done count as created.
   */
  async createInBulk(file: UploadFile, { type, atomic, ...options }: BulkOptions): Promise<BulkSummary> {
    const call = { body: uploadBody(file, type), query: { atomic } };
    const timeoutMs = options.timeoutMs ?? Number.POSITIVE_INFINITY;
    return (await this.#caller.call('createCustomersInBulk', call, { ...options, timeoutMs })).body;
  }

  async get(customerId: number, options?: CallOptions): Promise<Customer> {
    const { body } = await this.#caller.call('getCustomer', { ...aboutCustomer(customerId) }, options);
    this.#caller.tokens.note(ofCustomer(body));
    return body;
  }

  /** Changes the score or the status. */
  async update(customerId: number, change: CustomerChange, options?: CallOptions): Promise<ChangedCustomer> {
    const call = { ...aboutCustomer(customerId), body: jsonBody(change) };
    const { status, body } = await this.#caller.call('changeCustomer', call, options);
    return { customer: body, isEnforced: status === 200 };
  }

  /** Newest first. */
  list(query: QueryOf<'listCustomers'> = {}, options?: CallOptions): List<Customer> {
    const call = { query, about: { customer: query.external_id } };
    return this.#caller.list('listCustomers', call, ofCustomer, options);
  }

  /** The debt of a customer, and the rest of its credit line. */
  async balance(customerId: number, options?: CallOptions): Promise<Balance> {
    const { body } = await this.#caller.call('getBalance', aboutCustomer(customerId), options);
    this.#caller.tokens.note(ofBalance(body));
    return body;
  }

  /** Balances, newest customer first. */
  balances(query: QueryOf<'listBalances'> = {}, options?: CallOptions): List<Balance> {
    const call = { query, about: { customerId: query.customer_id, customer: query.external_id } };
    return this.#caller.list('listBalances', call, ofBalance, options);
  }

  /** Loans taken and payments made, oldest first, with the running debt. */
  statement(customerId: number, query: QueryOf<'getStatement'> = {}, options?: CallOptions): List<StatementEntry> {
    return this.#caller.list('getStatement', { ...aboutCustomer(customerId), query }, () => ({}), options);
  }

  /** Its loans, newest first. */
  loans(customerId: number, query: QueryOf<'listCustomerLoans'> = {}, options?: CallOptions): List<Loan> {
    return this.#caller.list('listCustomerLoans', { ...aboutCustomer(customerId), query }, ofLoan, options);
  }

  /** Its payments, newest first. */
  payments(customerId: number, query: QueryOf<'listCustomerPayments'> = {}, options?: CallOptions): List<Payment> {
    return this.#caller.list('listCustomerPayments', { ...aboutCustomer(customerId), query }, ofPayment, options);
  }
}

const aboutCustomer = (customerId: number) => ({ path: { customer_id: customerId }, about: { customerId } });
