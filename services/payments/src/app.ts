/** The wiring of the payments service. */
import { createService } from '@mo/messaging';
import type { App } from '@mo/service-kit';
import type { Config } from './config.ts';
import { accountTables } from './db/accounts-table.ts';
import { entities } from './db/entities.ts';
import { paymentsAudited } from './db/image.ts';
import { indexes, migrations } from './db/migrations/index.ts';
import { paymentModel } from './domain/model.ts';
import { paymentRoutes } from './http/routes.ts';

export function createApp(config: Config): Promise<App> {
  return createService({
    config,
    databaseUrl: config.PAYMENTS_DATABASE_URL,
    peerUrls: { customers: config.CUSTOMERS_URL, loans: config.LOANS_URL },
    model: paymentModel,
    tables: accountTables,
    audited: paymentsAudited,
    entities,
    migrations,
    indexes,
    routes: paymentRoutes,
  });
}
