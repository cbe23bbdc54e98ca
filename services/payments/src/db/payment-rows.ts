/** Rows of payments and their details, as read by SQL statements. */
import { PAYMENT_STATUSES } from '@mo/contracts';
import { run, type Sql, wordOf } from '@mo/database';
import { parseMoney } from '@mo/money';
import type { Payment } from '../domain/payment.ts';

/** The columns of a payment, for a select list. */
export const PAYMENT_COLUMNS = `payments.id, payments.external_id, payments.customer_id, payments.total_amount,
  payments.status, payments.paid_at, payments.created_at, payments.updated_at`;

/** Those columns, as PostgreSQL returns them. */
export interface PaymentRow {
  id: string;
  external_id: string;
  customer_id: string;
  total_amount: string;
  status: number;
  paid_at: string;
  created_at: string;
  updated_at: string;
}

/** The part of a payment that went to one loan. */
export interface DetailRow {
  payment_id: string;
  loan_id: string;
  loan_external_id: string;
  amount: string;
}

const READ_DETAILS = `
  SELECT details.payment_id, details.loan_id, open_loans.external_id AS loan_external_id, details.amount
  FROM payment_details details JOIN open_loans ON open_loans.loan_id = details.loan_id
  WHERE details.payment_id = ANY($1::bigint[]) ORDER BY details.id`;

/** The details of payments by payment id (as in the rows), in the order in which they were made. */
export async function readDetails(sql: Sql, paymentIds: readonly string[]): Promise<Map<string, DetailRow[]>> {
  if (paymentIds.length === 0) return new Map();
  return Map.groupBy(await run<DetailRow>(sql, READ_DETAILS, [paymentIds]), (row) => row.payment_id);
}

export function readPayment(row: PaymentRow, details: readonly DetailRow[]): Payment {
  return {
    id: Number(row.id),
    externalId: row.external_id,
    customerId: Number(row.customer_id),
    totalAmount: parseMoney(row.total_amount),
    status: wordOf(PAYMENT_STATUSES, row.status),
    paidAt: new Date(row.paid_at),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    details: details.map((detail) => ({ loanId: Number(detail.loan_id), amount: parseMoney(detail.amount) })),
  };
}
