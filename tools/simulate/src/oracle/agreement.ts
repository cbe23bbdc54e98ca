/** Checks that the three services agree with each other and with the plain model once the streams are drained. */
import { inspect, isDeepStrictEqual } from 'node:util';
import { STREAMS, type Stream, type StreamEvent } from '@mo/contracts';
import type { CustomerAccount } from '@mo/customers/model';
import type { LoanAccount } from '@mo/loans/model';
import type { Account } from '@mo/messaging';
import { parseMoney } from '@mo/money';
import type { PaymentAccount } from '@mo/payments/model';
import type { Database } from '../world/database.ts';
import type { LoanRows, PaymentRows } from '../world/rows.ts';
import type { Ledger } from './commits.ts';
import type { Customer, LedgerLoan } from './ledger.ts';
import type { Report } from './violation.ts';

/** What a service has not followed yet; null if it is up to date. */
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
  const paymentRows = databases.payments.rows as unknown as PaymentRows;
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
    checkOpenLoans(report, customer, paymentRows);
  }
  checkPayments(report, ledger.customers.values(), paymentRows);
}

/** A loan's row reflects its history. */
function checkLoan(report: Report, loan: LedgerLoan, { loans }: LoanRows): void {
  const row = loans.get(loan.id);
  const isRight =
    row !== undefined &&
    row.status === loan.status &&
    row.externalId === loan.externalId &&
    row.amount === loan.amount &&
    row.outstanding === loan.amount - loan.paid &&
    (row.takenAt?.getTime() ?? 0) === loan.takenAtMs;
  if (!isRight) report('a row matches its history', `loan ${loan.id} is ${loan.status}, not ${row?.status}`);
}

type PaymentEvent = StreamEvent & { readonly type: 'PaymentApplied' | 'PaymentRejected' };

const isOfPayment = (event: StreamEvent): event is PaymentEvent =>
  event.type === 'PaymentApplied' || event.type === 'PaymentRejected';

/** Each payment event has a row with the same content, and there are no other rows. */
export function checkPayments(
  report: Report,
  customers: Iterable<Pick<Customer, 'streams'>>,
  { payments }: Pick<PaymentRows, 'payments'>,
): void {
  const events = [...customers].flatMap(({ streams }) => streams.payments.filter(isOfPayment));
  if (payments.size !== events.length)
    report('each payment has a row', `${payments.size} rows for ${events.length} payments`);
  for (const { type, data } of events) {
    const expected = {
      customer: data.customer_id,
      externalId: data.external_id,
      total: parseMoney(data.total_amount),
      status: type === 'PaymentApplied' ? 'completed' : 'rejected',
      paidAtMs: Date.parse(data.paid_at),
      details: 'details' in data ? data.details.map((part) => [part.loan_id, parseMoney(part.amount)]) : [],
    };
    const row = payments.get(data.payment_id);
    const found = row && {
      customer: row.customerId,
      externalId: row.externalId,
      total: row.totalAmount,
      status: row.status,
      paidAtMs: row.paidAt.getTime(),
      details: row.details.map(({ loanId, amount }) => [loanId, amount]),
    };
    if (!isDeepStrictEqual(found, expected))
      report('a row matches its history', `payment ${data.payment_id} is ${inspect(found)}, not ${inspect(expected)}`);
  }
}

/** The open loans of payments hold the outstanding amount of each loan. */
function checkOpenLoans(report: Report, customer: Customer, { openLoans }: PaymentRows): void {
  for (const open of openLoans.get(customer.id)?.values() ?? []) {
    const loan = customer.loans.get(open.id);
    const left = loan === undefined ? null : loan.amount - loan.paid;
    if (open.outstanding !== left || open.takenAtMs !== loan?.takenAtMs)
      report('a row matches its history', `open loan ${open.id}: ${open.outstanding}, not ${left}`);
  }
}

const pendingOf = (customer: Customer): bigint =>
  [...customer.loans.values()].reduce((sum, loan) => (loan.status === 'pending' ? sum + loan.amount : sum), 0n);
