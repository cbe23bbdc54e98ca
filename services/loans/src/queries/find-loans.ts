/** Reads of loans, by the service's own tables. */
import type { LoanBody, loansQuery, Versions } from '@mo/contracts';
import { type Database, versionsOf } from '@mo/messaging';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { LoanEntity } from '../db/entities.ts';
import type { Loan } from '../domain/loan.ts';
import { presentLoan } from '../http/presenter.ts';

export type LoanFilters = z.infer<typeof loansQuery>;

/** A page of loans, newest first. */
export async function findLoans(database: Database, filters: LoanFilters): Promise<Page<LoanBody>> {
  const position = readCursor(filters.cursor, filters, 1);
  const { external_id, status, taken_from, taken_to, customer_id, customer_external_id, limit } = filters;
  const rows = await database.em.fork({ disableTransactions: true }).find(
    LoanEntity,
    {
      ...(position === null ? {} : { id: { $lt: position[0] } }),
      ...(external_id === undefined ? {} : { externalId: external_id }),
      ...(status === undefined ? {} : { status }),
      ...(taken_from === undefined ? {} : { takenAt: { $gte: taken_from } }),
      ...(taken_to === undefined
        ? {}
        : { takenAt: { ...(taken_from === undefined ? {} : { $gte: taken_from }), $lte: taken_to } }),
      ...(customer_id === undefined && customer_external_id === undefined
        ? {}
        : {
            account: {
              ...(customer_id === undefined ? {} : { customerId: customer_id }),
              ...(customer_external_id === undefined ? {} : { externalId: customer_external_id }),
            },
          }),
    },
    { orderBy: { id: 'desc' }, limit: limit + 1, populate: ['account'], strategy: 'joined', disableIdentityMap: true },
  );
  return pageOfRows(
    rows,
    filters,
    (row) => [row.id],
    (row) => presentLoan(loanOfRow(row), row.account.externalId ?? null),
  );
}

/** One loan, and how far its customer's account has come. */
export async function findLoan(
  database: Database,
  id: number,
): Promise<{ body: LoanBody; customerId: number; versions: Versions } | null> {
  const row = await database.em
    .fork()
    .findOne(LoanEntity, { id }, { populate: ['account'], strategy: 'joined', disableIdentityMap: true });
  if (row === null) return null;
  const { customerId, externalId, version, customersApplied, paymentsApplied } = row.account;
  const applied = { customers: customersApplied, payments: paymentsApplied };
  const versions = versionsOf('loans', { version, applied });
  return { body: presentLoan(loanOfRow(row), externalId ?? null), customerId, versions };
}

/** Whose loan it is; null where there is none. */
export async function customerOfLoan(database: Database, id: number): Promise<number | null> {
  const row = await database.em
    .fork()
    .findOne(LoanEntity, { id }, { fields: ['id', 'account'], disableIdentityMap: true });
  return row?.account.customerId ?? null;
}

function loanOfRow(row: LoanEntity): Loan {
  return {
    id: row.id,
    externalId: row.externalId,
    customerId: row.account.customerId,
    amount: row.amount,
    outstanding: row.outstanding,
    status: row.status,
    contractVersion: row.contractVersion ?? null,
    maximumPaymentDate: row.maximumPaymentDate,
    takenAt: row.takenAt ?? null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
