/** Queries for balances. */
import type { BalanceBody, balancesQuery, Versions } from '@mo/contracts';
import { type Database, type RowsById, readPage, sqlOf } from '@mo/database';
import { type ServiceParts, versionsOf } from '@mo/messaging';
import { parseMoney } from '@mo/money';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import type { CustomerAccount } from '../domain/account.ts';
import { presentBalance } from '../http/presenter.ts';

export type BalanceFilters = z.infer<typeof balancesQuery>;

const BALANCE = `
  SELECT customers.id, customers.external_id, customers.score, balances.total_debt, balances.version,
    balances.loans_applied, balances.payments_applied
  FROM customers JOIN balances ON balances.customer_id = customers.id`;
const BALANCES_BY_ID = `${BALANCE} WHERE customers.id = ANY($1::bigint[])`;

interface BalanceRow {
  id: string;
  external_id: string;
  score: string;
  total_debt: string;
  version: string;
  loans_applied: string;
  payments_applied: string;
}

/** A page of balances, newest customer first. */
export async function findBalances(database: Database, filters: BalanceFilters): Promise<Page<BalanceBody>> {
  const [before = null] = readCursor(filters.cursor, filters, 1) ?? [];
  const rows = await readPage<BalanceRow>(sqlOf(database), {
    select: BALANCE,
    id: 'customers.id',
    before,
    where: [
      ['customers.id = $', filters.customer_id],
      ['customers.external_id = $', filters.external_id],
    ],
    limit: filters.limit,
  });
  return pageOfRows(rows, filters, (row) => [Number(row.id)], bodyOf);
}

/** Batches concurrent reads of single balances. */
export const balancesById = ({ rowsById }: Pick<ServiceParts<CustomerAccount>, 'rowsById'>): RowsById<BalanceRow> =>
  rowsById<BalanceRow>(BALANCES_BY_ID, (row) => Number(row.id));

/** One customer's balance, and the versions that its account has applied. */
export async function findBalance(
  balances: RowsById<BalanceRow>,
  customerId: number,
  isGone?: () => boolean,
): Promise<{ body: BalanceBody; versions: Versions } | null> {
  const row = await balances.find(customerId, isGone);
  if (row === null) return null;
  const applied = { loans: Number(row.loans_applied), payments: Number(row.payments_applied) };
  return { body: bodyOf(row), versions: versionsOf('customers', { version: Number(row.version), applied }) };
}

const bodyOf = ({ id, external_id: externalId, score, total_debt }: BalanceRow): BalanceBody =>
  presentBalance({ customerId: Number(id), externalId, score: parseMoney(score), totalDebt: parseMoney(total_debt) });
