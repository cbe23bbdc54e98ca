/** Queries for loans, in the service's own tables. */
import { LOAN_STATUSES, type LoanBody, type loansQuery, type Versions } from '@mo/contracts';
import { codeOf, type Database, ofStatus, type PageOfPeriod, type PageOfTable, readPage, sqlOf } from '@mo/database';
import { versionsOf } from '@mo/messaging';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { LoanEntity } from '../db/entities.ts';
import { LOAN_COLUMNS, type LoanRow, readLoan } from '../db/loan-rows.ts';
import type { Loan } from '../domain/loan.ts';
import { presentLoan } from '../http/presenter.ts';

export type LoanFilters = z.infer<typeof loansQuery>;

const LOANS = `
  SELECT ${LOAN_COLUMNS}, accounts.external_id AS customer_external_id
  FROM loans JOIN accounts ON accounts.customer_id = loans.customer_id`;
const OF_NAME = 'loans.customer_id = (SELECT customer_id FROM accounts WHERE external_id = $)';

/** A page of loans, newest first. */
export async function findLoans(database: Database, filters: LoanFilters): Promise<Page<LoanBody>> {
  const rows = await readPage<LoanRow & { customer_external_id: string | null }>(sqlOf(database), loansPage(filters));
  return pageOfRows(
    rows,
    filters,
    (row) => [Number(row.id)],
    (row) => presentLoan(readLoan(row), row.customer_external_id),
  );
}

/** The query for a page of loans. */
export function loansPage(filters: LoanFilters): PageOfTable | PageOfPeriod {
  const [before = null] = readCursor(filters.cursor, filters, 1) ?? [];
  const { external_id, status, taken_from, taken_to, customer_id, customer_external_id, limit } = filters;
  const isOfOne = [customer_id, customer_external_id, external_id].some((value) => value !== undefined);
  const isOfPeriod = !isOfOne && (taken_from ?? taken_to) !== undefined;
  if (isOfPeriod) {
    const statuses = (status === undefined ? LOAN_STATUSES : [status]).map((word) => codeOf(LOAN_STATUSES, word));
    return { select: LOANS, table: 'loans', time: 'taken_at', from: taken_from, to: taken_to, statuses, before, limit };
  }
  return {
    select: LOANS,
    id: 'loans.id',
    before,
    where: [
      ['loans.customer_id = $', customer_id],
      [OF_NAME, customer_external_id],
      ['loans.external_id = $', external_id],
      ofStatus('loans.status', status && codeOf(LOAN_STATUSES, status), isOfOne),
      ['loans.taken_at >= $', taken_from?.toISOString()],
      ['loans.taken_at <= $', taken_to?.toISOString()],
    ],
    limit,
  };
}

/** One loan, and the versions that its customer's account has applied. */
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

/** The customer of a loan; null if there is no such loan. */
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
