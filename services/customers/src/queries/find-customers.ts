/** Queries for customers, in the service's own tables. */
import { CUSTOMER_STATUSES, type CustomerBody, type customersQuery, type Versions } from '@mo/contracts';
import { codeOf, type Database, ofStatus, type PageOfTable, readPage, sqlOf } from '@mo/database';
import { versionsOf } from '@mo/messaging';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { CUSTOMER_COLUMNS, type CustomerRow, readCustomer } from '../db/customer-rows.ts';
import { BalanceEntity } from '../db/entities.ts';
import { presentCustomer } from '../http/presenter.ts';

export type CustomerFilters = z.infer<typeof customersQuery>;

/** A page of customers, newest first. */
export async function findCustomers(database: Database, filters: CustomerFilters): Promise<Page<CustomerBody>> {
  const rows = await readPage<CustomerRow>(sqlOf(database), customersPage(filters));
  return pageOfRows(
    rows,
    filters,
    (row) => [Number(row.customer_id)],
    (row) => presentCustomer(readCustomer(row)),
  );
}

/** The query for a page of customers. */
export function customersPage(filters: CustomerFilters): PageOfTable {
  const [before = null] = readCursor(filters.cursor, filters, 1) ?? [];
  const { external_id, status, limit } = filters;
  return {
    select: `SELECT ${CUSTOMER_COLUMNS} FROM customers`,
    id: 'customers.id',
    before,
    where: [
      ['customers.external_id = $', external_id],
      ofStatus('customers.status', status && codeOf(CUSTOMER_STATUSES, status), external_id !== undefined),
    ],
    limit,
  };
}

/** One customer, and the versions that its account has applied. */
export async function findCustomer(
  database: Database,
  id: number,
): Promise<{ body: CustomerBody; versions: Versions } | null> {
  const row = await database.em
    .fork()
    .findOne(BalanceEntity, { customer: id }, { populate: ['customer'], strategy: 'joined', disableIdentityMap: true });
  if (row === null) return null;
  const applied = { loans: row.loansApplied, payments: row.paymentsApplied };
  const versions = versionsOf('customers', { version: row.version, applied });
  const { externalId, status, score, preapprovedAt = null, createdAt, updatedAt } = row.customer;
  const customer = { customerId: id, externalId, status, score, preapprovedAt, createdAt, updatedAt };
  return { body: presentCustomer(customer), versions };
}
