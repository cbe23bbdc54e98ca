/** Reads of payments, by the service's own tables. */
import type { PaymentBody, paymentsQuery, Versions } from '@mo/contracts';
import { type Database, versionsOf } from '@mo/messaging';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { DetailEntity, PaymentEntity } from '../db/entities.ts';
import { paymentBody } from '../http/presenter.ts';

export type PaymentFilters = z.infer<typeof paymentsQuery>;

/** A page of payments, newest first. */
export async function findPayments(database: Database, filters: PaymentFilters): Promise<Page<PaymentBody>> {
  const position = readCursor(filters.cursor, filters, 1);
  const { external_id, status, paid_from, paid_to, customer_id, customer_external_id, limit } = filters;
  const paidAt = { ...(paid_from && { $gte: paid_from }), ...(paid_to && { $lte: paid_to }) };
  const account = {
    ...(customer_id !== undefined && { customerId: customer_id }),
    ...(customer_external_id !== undefined && { externalId: customer_external_id }),
  };
  const rows = await database.em.fork().find(
    PaymentEntity,
    {
      ...(position && { id: { $lt: position[0] } }),
      ...(external_id !== undefined && { externalId: external_id }),
      ...(status && { status }),
      ...(Object.keys(paidAt).length > 0 && { paidAt }),
      ...(Object.keys(account).length > 0 && { account }),
    },
    { orderBy: { id: 'desc' }, limit: limit + 1, populate: ['account'], strategy: 'joined', disableIdentityMap: true },
  );
  const details = await detailsOf(database, rows);
  return pageOfRows(
    rows,
    filters,
    (row) => [row.id],
    (row) => present(row, details.get(row.id) ?? []),
  );
}

/** One payment, and how far its customer's account has come. */
export async function findPayment(
  database: Database,
  id: number,
): Promise<{ body: PaymentBody; customerId: number; versions: Versions } | null> {
  const row = await database.em
    .fork()
    .findOne(PaymentEntity, { id }, { populate: ['account'], strategy: 'joined', disableIdentityMap: true });
  if (row === null) return null;
  const details = await detailsOf(database, [row]);
  const { customerId, version, customersApplied, loansApplied } = row.account;
  const applied = { customers: customersApplied, loans: loansApplied };
  return {
    body: present(row, details.get(row.id) ?? []),
    customerId,
    versions: versionsOf('payments', { version, applied }),
  };
}

async function detailsOf(database: Database, rows: readonly PaymentEntity[]): Promise<Map<number, DetailEntity[]>> {
  if (rows.length === 0) return new Map();
  const found = await database.em
    .fork()
    .find(
      DetailEntity,
      { paymentId: { $in: rows.map((row) => row.id) } },
      { orderBy: { id: 'asc' }, populate: ['loan'], strategy: 'joined', disableIdentityMap: true },
    );
  return Map.groupBy(found, (detail) => detail.paymentId);
}

function present(row: PaymentEntity, details: readonly DetailEntity[]): PaymentBody {
  const names = new Map(details.map((detail) => [detail.loan.loanId, detail.loan.externalId]));
  const { id, externalId, totalAmount, status, paidAt, createdAt, updatedAt } = row;
  const payment = {
    id,
    externalId,
    customerId: row.account.customerId,
    totalAmount,
    status,
    paidAt,
    createdAt,
    updatedAt,
    details: details.map((detail) => ({ loanId: detail.loan.loanId, amount: detail.amount })),
  };
  return paymentBody(payment, row.account.externalId, (loanId) => names.get(loanId));
}
