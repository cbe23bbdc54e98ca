import type { Database } from './database.ts';
import { DATABASE_AWAY } from './outage.ts';
import { run, sqlOf } from './sql.ts';

/** Why the database cannot serve now; null if it can. */
export async function whyAway(database: Database): Promise<string | null> {
  try {
    await run(sqlOf(database), 'SELECT 1');
    return null;
  } catch {
    return DATABASE_AWAY;
  }
}
