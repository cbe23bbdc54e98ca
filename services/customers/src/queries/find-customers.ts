/** Reads of customers, by the service's own tables. */
import type { CustomerBody, customersQuery, Versions } from '@mo/contracts';
import { type Database, versionsOf } from '@mo/messaging';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { BalanceEntity, CustomerEntity } from '../db/entities.ts';
import { presentCustomer } from '../http/presenter.ts';

export type CustomerFilters = z.infer<typeof customersQuery>;

/** A page of customers, newest first. */
export async function findCustomers(database: Database, filters: CustomerFilters): Promise<Page<CustomerBody>> {
  const position = readCursor(filters.cursor, filters, 1);
  const { external_id, status, limit } = filters;
  const rows = await database.em.fork({ disableTransactions: true }).find(
    CustomerEntity,
    {
      ...(position === null ? {} : { id: { $lt: position[0] } }),
      ...(external_id === undefined ? {} : { externalId: external_id }),
      ...(status === undefined ? {} : { status }),
    },
    { orderBy: { id: 'desc' }, limit: limit + 1, disableIdentityMap: true },
  );
  return pageOfRows(rows, filters, (row) => [row.id], presentRow);
}

/** One customer, and how far its account has come. */
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
  return { body: presentRow(row.customer), versions };
}

function presentRow(row: CustomerEntity): CustomerBody {
  const { id: customerId, externalId, status, score, preapprovedAt = null, createdAt, updatedAt } = row;
  return presentCustomer({ customerId, externalId, status, score, preapprovedAt, createdAt, updatedAt });
}
