/** When the streams are drained, the three services agree with each other and with the plain model. */
import { STREAMS, type Stream } from '@mo/contracts';
import type { CustomerAccount } from '@mo/customers/model';
import type { LoanAccount } from '@mo/loans/model';
import type { Account } from '@mo/messaging';
import type { PaymentAccount } from '@mo/payments/model';
import type { Database } from '../world/database.ts';
import type { LoanRows, PaymentRows } from '../world/rows.ts';
import type { Ledger } from './commits.ts';
import type { Customer, LedgerLoan } from './ledger.ts';
import type { Report } from './violation.ts';

/** What a service has still to follow; null where it is done. */
export function lagOf(databases: Record<Stream, Database>): string | null {
  for (const service of STREAMS) {
    const { outbox, model, rows } = databases[service];
    if (outbox.length > 0) return `${service} has ${outbox.length} events to publish`;
    for (const stream of model.follows) {
      for (const [customerId, events] of databases[stream].journal) {
        const account = rows.accounts.get(customerId);
        const applied = account?.applied[stream] ?? 0;
        if (applied < events.length) return `${service} is at ${stream}-${customerId}-${applied} of ${events.length}`;
        if (Object.keys(account?.behind ?? {}).length > 0) return `${service} counts customer ${customerId} as behind`;
      }
    }
  }
  return null;
}

export function checkAgreement(report: Report, ledger: Ledger, databases: Record<Stream, Database>): void {
  const account = <A extends Account>(service: Stream, id: number): A | undefined =>
    databases[service].rows.accounts.get(id) as A | undefined;
  for (const customer of ledger.customers.values()) {
    const balance = account<CustomerAccount>('customers', customer.id);
    const loans = account<LoanAccount>('loans', customer.id);
    const payments = account<PaymentAccount>('payments', customer.id);
    const pending = pendingOf(customer);
    const sums = [balance?.totalDebt ?? 0n, loans?.debt ?? 0n, (payments?.owed ?? 0n) + pending];
    if (sums.some((sum) => sum !== customer.debt))
      report('the services agree', `customer ${customer.id} owes ${customer.debt}: ${sums.join(', ')}`);
    const terms = customer.termsAt(customer.terms.length);
    const isKnown =
      loans?.score === terms.score && loans.status === terms.status && loans.externalId === customer.externalId;
    if (!isKnown || balance?.score !== terms.score || payments?.externalId !== customer.externalId)
      report('the services agree', `the terms of customer ${customer.id}`);
    for (const loan of customer.loans.values()) {
      if (loan.status === 'active' && loan.paid === loan.amount)
        report('a loan is paid when it is paid off', String(loan.id));
      checkLoan(report, loan, databases.loans.rows as unknown as LoanRows);
    }
    checkPayments(report, customer, databases.payments.rows as unknown as PaymentRows);
  }
}

/** A loan's row says what became of it. */
function checkLoan(report: Report, loan: LedgerLoan, { loans }: LoanRows): void {
  const row = loans.get(loan.id);
  const isRight =
    row !== undefined &&
    row.status === loan.status &&
    row.externalId === loan.externalId &&
    row.amount === loan.amount &&
    row.outstanding === loan.amount - loan.paid &&
    (row.takenAt?.getTime() ?? 0) === loan.takenAtMs;
  if (!isRight) report('a row says what happened', `loan ${loan.id} is ${loan.status}, not ${row?.status}`);
}

/** Completed: the details sum to the total. Rejected: no details. And there is no payment but those told of. */
function checkPayments(report: Report, customer: Customer, { payments, openLoans }: PaymentRows): void {
  for (const { type, data } of customer.streams.payments) {
    if (type !== 'PaymentApplied' && type !== 'PaymentRejected') continue;
    const row = payments.get(data.payment_id);
    const sum = row?.details.reduce((before, detail) => before + detail.amount, 0n);
    const isRight =
      type === 'PaymentApplied'
        ? row?.status === 'completed' && sum === row.totalAmount
        : row?.status === 'rejected' && row.details.length === 0;
    if (!isRight) report('a row says what happened', `payment ${data.payment_id}: ${row?.status}, details ${sum}`);
  }
  for (const open of openLoans.get(customer.id)?.values() ?? []) {
    const loan = customer.loans.get(open.id);
    const left = loan === undefined ? null : loan.amount - loan.paid;
    if (open.outstanding !== left || open.takenAtMs !== loan?.takenAtMs)
      report('a row says what happened', `open loan ${open.id}: ${open.outstanding}, not ${left}`);
  }
}

const pendingOf = (customer: Customer): bigint =>
  [...customer.loans.values()].reduce((sum, loan) => (loan.status === 'pending' ? sum + loan.amount : sum), 0n);
