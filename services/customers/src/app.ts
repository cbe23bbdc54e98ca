/** The wiring of the customers service. */
import { createService } from '@mo/messaging';
import type { App } from '@mo/service-kit';
import { TRANSACTIONS_MAX } from './bulk/limits.ts';
import type { Config } from './config.ts';
import { accountTables } from './db/accounts-table.ts';
import { entities } from './db/entities.ts';
import { customersAudited } from './db/image.ts';
import { indexes, migrations } from './db/migrations/index.ts';
import { forgetStagings } from './db/staging-table.ts';
import { forgetUploads } from './db/uploads-table.ts';
import { customerModel } from './domain/model.ts';
import { customerRoutes } from './http/routes.ts';

export function createApp(config: Config): Promise<App> {
  return createService({
    config,
    databaseUrl: config.CUSTOMERS_DATABASE_URL,
    peerUrls: { loans: config.LOANS_URL, payments: config.PAYMENTS_URL },
    model: customerModel,
    tables: accountTables,
    audited: customersAudited,
    entities,
    migrations,
    indexes,
    resolveExternalId: 'SELECT id FROM customers WHERE external_id = want.external_id',
    ownTransactionsMax: TRANSACTIONS_MAX,
    routes: customerRoutes,
    chores: (sql) => [
      { name: 'old uploads', work: (nowMs) => forgetUploads(sql, nowMs) },
      { name: 'stale stagings', work: () => forgetStagings(sql) },
    ],
  });
}
