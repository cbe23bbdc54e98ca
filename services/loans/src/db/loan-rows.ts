/** Rows of loans, as read by SQL statements. */
import { LOAN_STATUSES } from '@mo/contracts';
import { wordOf } from '@mo/database';
import { parseMoney } from '@mo/money';
import type { Loan } from '../domain/loan.ts';

/** The columns of a loan, for a select list. */
export const LOAN_COLUMNS = `loans.id, loans.external_id, loans.customer_id, loans.amount, loans.outstanding, loans.status,
  loans.contract_version, loans.maximum_payment_date, loans.taken_at, loans.created_at, loans.updated_at`;

/** Those columns, as PostgreSQL returns them. */
export interface LoanRow {
  id: string;
  external_id: string;
  customer_id: string;
  amount: string;
  outstanding: string;
  status: number;
  contract_version: string | null;
  maximum_payment_date: string;
  taken_at: string | null;
  created_at: string;
  updated_at: string;
}

export function readLoan(row: LoanRow): Loan {
  return {
    id: Number(row.id),
    externalId: row.external_id,
    customerId: Number(row.customer_id),
    amount: parseMoney(row.amount),
    outstanding: parseMoney(row.outstanding),
    status: wordOf(LOAN_STATUSES, row.status),
    contractVersion: row.contract_version,
    maximumPaymentDate: new Date(row.maximum_payment_date),
    takenAt: row.taken_at === null ? null : new Date(row.taken_at),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
