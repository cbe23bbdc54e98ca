import { createLogger } from '@mo/service-kit';
import { type Database, type DatabaseOptions, openDatabase } from '../database.ts';

/** Longer than any machine stands still. */
const CONNECT_MS_MAX = 60_000;

/** Opens a database of a test; the test must close it. */
export const openTestDatabase = (url: string, more: Partial<DatabaseOptions> = {}): Promise<Database> =>
  openDatabase({
    url,
    name: 'test',
    entities: [],
    migrations: [],
    connectionsMax: 1,
    connectMsMax: CONNECT_MS_MAX,
    logger: createLogger('test', 'silent'),
    ...more,
  });
