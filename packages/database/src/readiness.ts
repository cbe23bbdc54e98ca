import type { Database } from './database.ts';
import { DATABASE_UNREACHABLE, databaseOutage } from './outage.ts';
import { run, sqlOf } from './sql.ts';

/** Why the database cannot serve now; null if it can. */
export async function whyUnreachable(database: Database): Promise<string | null> {
  try {
    await run(sqlOf(database), 'SELECT 1');
    return null;
  } catch (error) {
    return databaseOutage(error)?.message ?? DATABASE_UNREACHABLE;
  }
}
