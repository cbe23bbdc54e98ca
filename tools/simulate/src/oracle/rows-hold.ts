/** Invariants of a service's own rows after each commit, for the affected customers. */

import type { Stream } from '@mo/contracts';
import type { CustomerAccount } from '@mo/customers/model';
import type { LoanAccount } from '@mo/loans/model';
import type { Account, BatchChanges } from '@mo/messaging';
import type { PaymentAccount } from '@mo/payments/model';
import type { LoanRows, PaymentRows } from '../world/rows.ts';
import type { Ledger } from './commits.ts';
import type { Customer } from './ledger.ts';
import type { Report } from './violation.ts';

/** The balance equals the debt at its cut through the streams. */
export function checkBalance(report: Report, customer: Customer, account: CustomerAccount): void {
  const { loans = 0, payments = 0 } = account.applied;
  const debt = customer.debtAt(loans, payments);
  if (account.totalDebt !== debt || debt < 0n)
    report('a balance is a causal cut', `customer ${customer.id}: ${account.totalDebt}, not ${debt}`);
}

/**
 * For each loan, amount − outstanding = the payments applied to it; the debt is the sum of the outstanding amounts.
 */
export function checkLoans(
  report: Report,
  customer: Customer,
  { after: account }: BatchChanges<LoanAccount>['accounts'][number],
  rows: LoanRows,
): void {
  const told = account.applied.payments ?? 0;
  let debt = 0n;
  for (const loan of rows.byCustomer.get(customer.id)?.values() ?? []) {
    if (loan.amount - loan.outstanding !== customer.paidOn(loan.id, told) || loan.outstanding < 0n)
      report('amount − outstanding = the details', `loan ${loan.id}: ${loan.outstanding} of ${loan.amount}`);
    if ((loan.status === 'paid') !== (loan.outstanding === 0n))
      report('a loan at 0 is paid', `loan ${loan.id}: ${loan.outstanding}, ${loan.status}`);
    if (loan.status === 'pending' || loan.status === 'active') debt += loan.outstanding;
  }
  if (debt !== account.debt)
    report('the debt is the sum of its loans', `customer ${customer.id}: ${account.debt}, not ${debt}`);
}

/** The same in payments, at any time. */
export function checkPayments(report: Report, customer: Customer, account: PaymentAccount, rows: PaymentRows): void {
  let owed = 0n;
  for (const loan of rows.openLoans.get(customer.id)?.values() ?? []) {
    if (loan.amount - loan.outstanding !== customer.paidOn(loan.id, account.version) || loan.outstanding < 0n)
      report('amount − outstanding = the details', `open loan ${loan.id}: ${loan.outstanding} of ${loan.amount}`);
    owed += loan.outstanding;
  }
  if (owed !== account.owed)
    report('the debt is the sum of the open loans', `${customer.id}: ${account.owed}, not ${owed}`);
}

/** Checks the rows of all customers that a commit affects. */
export function checkRows(
  report: Report,
  ledger: Ledger,
  service: Stream,
  { accounts }: BatchChanges<Account>,
  rows: { loans: LoanRows; payments: PaymentRows },
): void {
  for (const change of accounts) {
    const customer = ledger.customers.get(change.after.customerId);
    if (customer === undefined) continue;
    if (service === 'customers') checkBalance(report, customer, change.after as CustomerAccount);
    else if (service === 'loans')
      checkLoans(report, customer, change as BatchChanges<LoanAccount>['accounts'][number], rows.loans);
    else checkPayments(report, customer, change.after as PaymentAccount, rows.payments);
  }
}
