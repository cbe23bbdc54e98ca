/** Rows of customers, as read by SQL statements. */
import { CUSTOMER_STATUSES } from '@mo/contracts';
import { wordOf } from '@mo/database';
import { parseMoney } from '@mo/money';
import type { Customer } from '../domain/account.ts';

/** The columns of a customer, for a select list. */
export const CUSTOMER_COLUMNS = `customers.id AS customer_id, customers.external_id, customers.status, customers.score,
  customers.preapproved_at, customers.created_at, customers.updated_at`;

/** Those columns, as PostgreSQL returns them. */
export interface CustomerRow {
  customer_id: string;
  external_id: string;
  status: number;
  score: string;
  preapproved_at: string | null;
  created_at: string;
  updated_at: string;
}

export function readCustomer(row: CustomerRow): Customer {
  return {
    customerId: Number(row.customer_id),
    externalId: row.external_id,
    status: wordOf(CUSTOMER_STATUSES, row.status),
    score: parseMoney(row.score),
    preapprovedAt: row.preapproved_at === null ? null : new Date(row.preapproved_at),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
