/** The gateway's own database: all gateways share it, and no service knows of it. */
import { type DatabaseConnection, migrateFirst, openDatabase, poolMetrics, run, sqlOf } from '@mo/database';
import type { Logger, Registry } from '@mo/service-kit';
import { AuditTable } from '../audit/audit-table.ts';
import { KeyStore } from '../keys/key-store.ts';
import { drawFrom } from '../rates/rate-store.ts';
import type { Draw } from '../rates/shared-bucket.ts';
import { indexes, migrations } from './migrations/index.ts';

const CONNECTIONS_MAX = 4;
const HOUSEKEEPING_INTERVAL_MS = 600_000;
/** A bucket that nobody has drawn on for so long is full again, whatever its rate. */
const BUCKETS_FORGOTTEN_AFTER = '12 days';

export interface Store {
  readonly keys: KeyStore;
  readonly audit: AuditTable;
  readonly draw: Draw;
  close(): Promise<void>;
}

export interface StoreSettings {
  /** How long an entry of the audit log is kept. */
  readonly auditDays: number;
  /** How long a call waits for its rate. */
  readonly rateTimeoutMs: number;
}

/** Migrates, and opens it. */
export async function openStore(
  connection: DatabaseConnection,
  { auditDays, rateTimeoutMs }: StoreSettings,
  logger: Logger,
  registry: Registry,
): Promise<Store> {
  await migrateFirst('gateway', connection, { migrations, indexes }, logger);
  const watch = poolMetrics(registry);
  const database = await openDatabase({
    ...connection,
    name: 'gateway',
    entities: [],
    migrations,
    connectionsMax: CONNECTIONS_MAX,
    logger,
    onPool: (pool) => watch('requests', pool, CONNECTIONS_MAX),
  });
  const audit = new AuditTable(database);
  const keepHouse = async () => {
    try {
      await run(
        sqlOf(database),
        `DELETE FROM rate_buckets WHERE filled_at < now() - interval '${BUCKETS_FORGOTTEN_AFTER}'`,
      );
      while (await audit.forget(auditDays));
    } catch (error) {
      logger.warn({ err: error }, 'what is old could not be forgotten');
    }
  };
  const timer = setInterval(() => void keepHouse(), HOUSEKEEPING_INTERVAL_MS).unref();
  return {
    keys: new KeyStore(database),
    audit,
    draw: drawFrom(database, rateTimeoutMs),
    close: async () => {
      clearInterval(timer);
      await database.close();
    },
  };
}
