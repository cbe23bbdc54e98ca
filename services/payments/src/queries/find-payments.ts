/** Queries for payments, in the service's own tables. */
import { PAYMENT_STATUSES, type PaymentBody, type paymentsQuery, type Versions } from '@mo/contracts';
import { codeOf, type Database, ofStatus, type PageOfPeriod, type PageOfTable, readPage, sqlOf } from '@mo/database';
import { versionsOf } from '@mo/messaging';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { PaymentEntity } from '../db/entities.ts';
import { PAYMENT_COLUMNS, type PaymentRow, readDetails, readPayment } from '../db/payment-rows.ts';
import { paymentBody } from '../http/presenter.ts';

export type PaymentFilters = z.infer<typeof paymentsQuery>;

const PAYMENTS = `
  SELECT ${PAYMENT_COLUMNS}, accounts.external_id AS customer_external_id
  FROM payments JOIN accounts ON accounts.customer_id = payments.customer_id`;
const OF_NAME = 'payments.customer_id = (SELECT customer_id FROM accounts WHERE external_id = $)';

/** A page of payments, newest first. */
export async function findPayments(database: Database, filters: PaymentFilters): Promise<Page<PaymentBody>> {
  const sql = sqlOf(database);
  const rows = await readPage<PaymentRow & { customer_external_id: string | null }>(sql, paymentsPage(filters));
  const shown = rows.slice(0, filters.limit);
  const details = await readDetails(
    sql,
    shown.map((row) => row.id),
  );
  return pageOfRows(
    rows,
    filters,
    (row) => [Number(row.id)],
    (row) => {
      const own = details.get(row.id) ?? [];
      const names = new Map(own.map((detail) => [Number(detail.loan_id), detail.loan_external_id]));
      return paymentBody(readPayment(row, own), row.customer_external_id, (loanId) => names.get(loanId));
    },
  );
}

/** The query for a page of payments. */
export function paymentsPage(filters: PaymentFilters): PageOfTable | PageOfPeriod {
  const [before = null] = readCursor(filters.cursor, filters, 1) ?? [];
  const { external_id, status, paid_from, paid_to, customer_id, customer_external_id, limit } = filters;
  const isOfOne = [customer_id, customer_external_id, external_id].some((value) => value !== undefined);
  const isOfPeriod = !isOfOne && (paid_from ?? paid_to) !== undefined;
  if (isOfPeriod) {
    const statuses = (status === undefined ? PAYMENT_STATUSES : [status]).map((word) => codeOf(PAYMENT_STATUSES, word));
    return {
      select: PAYMENTS,
      table: 'payments',
      time: 'paid_at',
      from: paid_from,
      to: paid_to,
      statuses,
      before,
      limit,
    };
  }
  return {
    select: PAYMENTS,
    id: 'payments.id',
    before,
    where: [
      ['payments.customer_id = $', customer_id],
      [OF_NAME, customer_external_id],
      ['payments.external_id = $', external_id],
      ofStatus('payments.status', status && codeOf(PAYMENT_STATUSES, status), isOfOne),
      ['payments.paid_at >= $', paid_from?.toISOString()],
      ['payments.paid_at <= $', paid_to?.toISOString()],
    ],
    limit,
  };
}

/** One payment, and the versions that its customer's account has applied. */
export async function findPayment(
  database: Database,
  id: number,
): Promise<{ body: PaymentBody; customerId: number; versions: Versions } | null> {
  const row = await database.em.fork().findOne(
    PaymentEntity,
    { id },
    {
      populate: ['account', 'details.loan'],
      orderBy: { details: { id: 'asc' } },
      strategy: 'joined',
      disableIdentityMap: true,
    },
  );
  if (row === null) return null;
  const { customerId, externalId: customerExternalId, version, customersApplied, loansApplied } = row.account;
  const { externalId, totalAmount, status, paidAt, createdAt, updatedAt } = row;
  const found = row.details.getItems();
  const names = new Map(found.map(({ loan }) => [loan.loanId, loan.externalId]));
  const details = found.map(({ loan, amount }) => ({ loanId: loan.loanId, amount }));
  const applied = { customers: customersApplied, loans: loansApplied };
  const payment = { id, externalId, customerId, totalAmount, status, paidAt, createdAt, updatedAt, details };
  return {
    body: paymentBody(payment, customerExternalId, (loanId) => names.get(loanId)),
    customerId,
    versions: versionsOf('payments', { version, applied }),
  };
}
