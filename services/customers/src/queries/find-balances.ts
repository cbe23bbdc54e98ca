/** Reads of balances. One customer's is asked for often, so it is one statement by the primary keys. */
import type { BalanceBody, balancesQuery, Versions } from '@mo/contracts';
import { type Database, run, sqlOf, versionsOf } from '@mo/messaging';
import { parseMoney } from '@mo/money';
import { type Page, pageOfRows, readCursor } from '@mo/service-kit';
import type { z } from 'zod';
import { BalanceEntity } from '../db/entities.ts';
import { presentBalance } from '../http/presenter.ts';

export type BalanceFilters = z.infer<typeof balancesQuery>;

/** A page of balances, newest customer first. */
export async function findBalances(database: Database, filters: BalanceFilters): Promise<Page<BalanceBody>> {
  const position = readCursor(filters.cursor, filters, 1);
  const { external_id, customer_id, limit } = filters;
  const rows = await database.em.fork({ disableTransactions: true }).find(
    BalanceEntity,
    {
      $and: [
        position === null ? {} : { customer: { $lt: position[0] } },
        customer_id === undefined ? {} : { customer: customer_id },
        external_id === undefined ? {} : { customer: { externalId: external_id } },
      ],
    },
    {
      orderBy: { customer: 'desc' },
      limit: limit + 1,
      populate: ['customer'],
      strategy: 'joined',
      disableIdentityMap: true,
    },
  );
  return pageOfRows(
    rows,
    filters,
    (row) => [row.customer.id],
    ({ customer: { id, externalId, score }, totalDebt }) =>
      presentBalance({ customerId: id, externalId, score, totalDebt }),
  );
}

const READ_BALANCE = `
  SELECT c.external_id, c.score, b.total_debt, b.version, b.loans_applied, b.payments_applied
  FROM customers c JOIN balances b ON b.customer_id = c.id WHERE c.id = $1`;

interface BalanceRow {
  external_id: string;
  score: string;
  total_debt: string;
  version: string;
  loans_applied: string;
  payments_applied: string;
}

/** One customer's balance, and how far its account has come. */
export async function findBalance(
  database: Database,
  customerId: number,
): Promise<{ body: BalanceBody; versions: Versions } | null> {
  const [row] = await run<BalanceRow>(sqlOf(database), READ_BALANCE, [customerId]);
  if (row === undefined) return null;
  const applied = { loans: Number(row.loans_applied), payments: Number(row.payments_applied) };
  const { external_id: externalId, score, total_debt } = row;
  return {
    body: presentBalance({ customerId, externalId, score: parseMoney(score), totalDebt: parseMoney(total_debt) }),
    versions: versionsOf('customers', { version: Number(row.version), applied }),
  };
}
