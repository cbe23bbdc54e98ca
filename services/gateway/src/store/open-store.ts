/** The gateway's own database, shared by all gateways and unknown to the services. */
import { type DatabaseConnection, migrateFirst, openDatabase, poolMetrics, run, sqlOf } from '@mo/database';
import type { Logger, Registry } from '@mo/service-kit';
import { AuditTable } from '../audit/audit-table.ts';
import { KeyStore } from '../keys/key-store.ts';
import { drawFrom } from '../rates/rate-store.ts';
import type { Draw } from '../rates/shared-bucket.ts';
import { indexes, migrations } from './migrations/index.ts';

const CONNECTIONS_MAX = 4;
/** No wait for a database that cannot be reached: the gateway starts without it. */
const SINGLE_ATTEMPT = 0;
const HOUSEKEEPING_INTERVAL_MS = 600_000;
/** A bucket unused for this time is full again, whatever its rate. */
const BUCKETS_FORGOTTEN_AFTER = '12 days';

export interface Store {
  readonly keys: KeyStore;
  readonly audit: AuditTable;
  readonly draw: Draw;
  /** Migrates the database. @throws UnreachedError, StartError, or the database's error */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreSettings {
  /** The retention of audit log entries. */
  readonly auditDays: number;
  /** How long a call waits for the decision on its rate. */
  readonly rateTimeoutMs: number;
}

/** Opens the database, which may be unreachable now. It must be prepared before keys are read. */
export async function openStore(
  connection: DatabaseConnection,
  { auditDays, rateTimeoutMs }: StoreSettings,
  logger: Logger,
  registry: Registry,
): Promise<Store> {
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
      logger.warn({ err: error }, 'old rows could not be deleted yet');
    }
  };
  const timer = setInterval(() => void keepHouse(), HOUSEKEEPING_INTERVAL_MS).unref();
  return {
    keys: new KeyStore(database),
    audit,
    draw: drawFrom(database, rateTimeoutMs),
    prepare: () => migrateFirst('gateway', connection, { migrations, indexes }, logger, SINGLE_ATTEMPT),
    close: async () => {
      clearInterval(timer);
      await database.close();
    },
  };
}
