/** How a service locks its accounts, as another of its processes observes it. */

import type { Database } from '@mo/database';
import { inTransaction } from '@mo/database';
import { StoreConflictError } from '@mo/service-kit';
import type { Account } from '../protocol/account.ts';
import type { AccountTables } from '../sql/sql-store.ts';

/** How long the other transaction waits for a lock before it gives up. */
const LOCK_WAIT_MS_MAX = 200;

/**
 * Locks accounts, then tries to lock each of them in another transaction.
 *
 * @returns the accounts in the order in which they were locked, and those that the other transaction could lock as well
 */
export async function lockedBy<A extends Account>(
  database: Database,
  tables: AccountTables<A>,
  customerIds: readonly number[],
): Promise<{ order: number[]; shared: number[] }> {
  return inTransaction(database, async (sql) => {
    const order = (await tables.lock(sql, customerIds, [])).map(({ customerId }) => customerId);
    const shared: number[] = [];
    for (const id of order) {
      const options = { lockWaitMsMax: LOCK_WAIT_MS_MAX };
      const other = inTransaction(database, (beside) => tables.lock(beside, [id], []), options);
      await other.then(
        () => shared.push(id),
        (error: unknown) => {
          if (!(error instanceof StoreConflictError)) throw error;
        },
      );
    }
    return { order, shared };
  });
}
