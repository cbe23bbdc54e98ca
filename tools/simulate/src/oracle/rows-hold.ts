/** What must hold of a service's own rows after each commit, for the customers that it touched. */

import type { Stream } from '@mo/contracts';
import type { CustomerAccount } from '@mo/customers/model';
import type { LoanAccount } from '@mo/loans/model';
import type { Account, BatchChanges } from '@mo/messaging';
import { type Money, parseMoney } from '@mo/money';
import type { PaymentAccount } from '@mo/payments/model';
import type { LoanRows, PaymentRows } from '../world/rows.ts';
import type { Ledger } from './commits.ts';
import type { Customer } from './ledger.ts';
import type { Report } from './violation.ts';

/** The balance is what its cut through the streams shows. */
export function checkBalance(report: Report, customer: Customer, account: CustomerAccount): void {
  const { loans = 0, payments = 0 } = account.applied;
  const debt = customer.debtAt(loans, payments);
  if (account.totalDebt !== debt || debt < 0n)
    report('a balance is a causal cut', `customer ${customer.id}: ${account.totalDebt}, not ${debt}`);
}

/** For each loan: amount − outstanding = what payments told of it; the debt is the sum of what is outstanding. */
export function checkLoans(
  report: Report,
  customer: Customer,
  { after: account }: BatchChanges<LoanAccount>['accounts'][number],
  rows: LoanRows,
): void {
  const paid = paidByLoan(customer, account.applied.payments ?? 0);
  let debt = 0n;
  for (const loan of rows.byCustomer.get(customer.id)?.values() ?? []) {
    if (loan.amount - loan.outstanding !== (paid.get(loan.id) ?? 0n) || loan.outstanding < 0n)
      report('amount − outstanding = the details', `loan ${loan.id}: ${loan.outstanding} of ${loan.amount}`);
    if ((loan.status === 'paid') !== (loan.outstanding === 0n))
      report('a loan at 0 is paid', `loan ${loan.id}: ${loan.outstanding}, ${loan.status}`);
    if (loan.status === 'pending' || loan.status === 'active') debt += loan.outstanding;
  }
  if (debt !== account.debt)
    report('the debt is the sum of its loans', `customer ${customer.id}: ${account.debt}, not ${debt}`);
}

/** The same, always, as payments sees it. */
export function checkPayments(report: Report, customer: Customer, account: PaymentAccount, rows: PaymentRows): void {
  const paid = paidByLoan(customer, account.version);
  let owed = 0n;
  for (const loan of rows.openLoans.get(customer.id)?.values() ?? []) {
    if (loan.amount - loan.outstanding !== (paid.get(loan.id) ?? 0n) || loan.outstanding < 0n)
      report('amount − outstanding = the details', `open loan ${loan.id}: ${loan.outstanding} of ${loan.amount}`);
    owed += loan.outstanding;
  }
  if (owed !== account.owed)
    report('what is owed is the sum of the open loans', `${customer.id}: ${account.owed}, not ${owed}`);
}

function paidByLoan(customer: Customer, version: number): Map<number, Money> {
  const paid = new Map<number, Money>();
  for (const event of customer.streams.payments.slice(0, version)) {
    if (event.type !== 'PaymentApplied') continue;
    let sum = 0n;
    for (const detail of event.data.details) {
      const amount = parseMoney(detail.amount);
      sum += amount;
      paid.set(detail.loan_id, (paid.get(detail.loan_id) ?? 0n) + amount);
    }
    if (sum !== parseMoney(event.data.total_amount))
      throw new Error(`the details of ${event.data.payment_id} sum to ${sum}`);
  }
  return paid;
}

/** Checks the rows of all customers that a commit touched. */
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
