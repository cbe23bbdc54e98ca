/**
 * The contents of a service's tables, and the parts that a batch reads: the same parts as its SQL reads and writes,
 * because the domain code relies on that. An account's row is stored separately from its loans and payments.
 */

import type { CustomerAccount } from '@mo/customers/model';
import type { Loan, LoanAccount, LoanNeeds } from '@mo/loans/model';
import type { Account, BatchChanges, BatchRequest, CustomerRef } from '@mo/messaging';
import type { OpenLoan, Payment, PaymentAccount, PaymentNeeds } from '@mo/payments/model';

export interface Rows<A extends Account> {
  readonly accounts: ReadonlyMap<number, A>;
  idOf(customer: CustomerRef): number | undefined;
  /** The account with the parts that the batch reads. */
  complete(account: A, request: BatchRequest<A>): A;
  /** Whether events may create the account of an unknown customer. */
  readonly makesAccounts: boolean;
  /** The external_ids that the changes take. */
  claims(changes: BatchChanges<A>): readonly string[];
  save(changes: BatchChanges<A>): void;
}

abstract class AccountRows<A extends Account & { readonly externalId: string | null }> {
  readonly accounts = new Map<number, A>();
  readonly #names = new Map<string, number>();

  idOf({ customerId, externalId }: CustomerRef): number | undefined {
    return customerId ?? (externalId === undefined ? undefined : this.#names.get(externalId));
  }

  protected put(account: A): void {
    this.accounts.set(account.customerId, account);
    if (account.externalId !== null && account.externalId !== '')
      this.#names.set(account.externalId, account.customerId);
  }
}

export class CustomerRows extends AccountRows<CustomerAccount> implements Rows<CustomerAccount> {
  readonly makesAccounts = false;

  complete(account: CustomerAccount): CustomerAccount {
    return account;
  }

  claims({ accounts }: BatchChanges<CustomerAccount>): string[] {
    return accounts.filter(({ before }) => before === null).map(({ after }) => after.externalId);
  }

  save({ accounts }: BatchChanges<CustomerAccount>): void {
    for (const { after } of accounts) this.put(after);
  }
}

const NO_LOANS: ReadonlyMap<number, Loan> = new Map();

export class LoanRows extends AccountRows<LoanAccount> implements Rows<LoanAccount> {
  readonly makesAccounts = true;
  readonly loans = new Map<number, Loan>();
  readonly byCustomer = new Map<number, Map<number, Loan>>();

  complete(account: LoanAccount, { commands, events }: BatchRequest<LoanAccount>): LoanAccount {
    const ids = commands.flatMap((command) => (command.needs as LoanNeeds).loanIds);
    for (const event of events) {
      if (event.type === 'PaymentApplied') for (const detail of event.data.details) ids.push(detail.loan_id);
    }
    const loans = new Map<number, Loan>();
    for (const id of ids) {
      const loan = this.loans.get(id);
      if (loan?.customerId === account.customerId) loans.set(id, loan);
    }
    return loans.size === 0 ? account : { ...account, loans };
  }

  claims({ accounts }: BatchChanges<LoanAccount>): string[] {
    return accounts.flatMap(({ after }) =>
      [...after.loans.values()].filter((loan) => !this.loans.has(loan.id)).map((loan) => loan.externalId),
    );
  }

  save({ accounts }: BatchChanges<LoanAccount>): void {
    for (const { after } of accounts) {
      this.put({ ...after, loans: NO_LOANS });
      const own = this.byCustomer.get(after.customerId) ?? new Map<number, Loan>();
      this.byCustomer.set(after.customerId, own);
      for (const loan of after.loans.values()) {
        this.loans.set(loan.id, loan);
        own.set(loan.id, loan);
      }
    }
  }
}

const NO_PAYMENTS: ReadonlyMap<number, Payment> = new Map();

export class PaymentRows extends AccountRows<PaymentAccount> implements Rows<PaymentAccount> {
  readonly makesAccounts = true;
  readonly openLoans = new Map<number, Map<number, OpenLoan>>();
  readonly payments = new Map<number, Payment>();

  complete(account: PaymentAccount, { commands }: BatchRequest<PaymentAccount>): PaymentAccount {
    const own = commands.filter(({ customer }) => this.idOf(customer) === account.customerId);
    if (own.length === 0) return account;
    const total = own.reduce((sum, { needs }) => sum + (needs as PaymentNeeds).total, 0n);
    const loans = [...(this.openLoans.get(account.customerId)?.values() ?? [])]
      .filter((loan) => loan.outstanding > 0n)
      .sort((loan, other) => loan.takenAtMs - other.takenAtMs || loan.id - other.id);
    return { ...account, loans: oldest(loans, total) };
  }

  claims({ accounts }: BatchChanges<PaymentAccount>): string[] {
    return accounts.flatMap(({ after }) => [...after.payments.values()].map((payment) => payment.externalId));
  }

  save({ accounts }: BatchChanges<PaymentAccount>): void {
    for (const { before, after } of accounts) {
      this.put({ ...after, loans: [], payments: NO_PAYMENTS });
      const open = this.openLoans.get(after.customerId) ?? new Map<number, OpenLoan>();
      this.openLoans.set(after.customerId, open);
      for (const loan of after.loans) if (!before?.loans.includes(loan)) open.set(loan.id, loan);
      for (const payment of after.payments.values()) this.payments.set(payment.id, payment);
    }
  }
}

/** The fewest oldest loans whose sum reaches the total. */
function oldest(loans: readonly OpenLoan[], total: bigint): OpenLoan[] {
  let before = 0n;
  return loans.filter(({ outstanding }) => {
    before += outstanding;
    return before - outstanding < total;
  });
}
