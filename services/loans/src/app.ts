/** The wiring of the loans service. */
import { createService } from '@mo/messaging';
import type { App } from '@mo/service-kit';
import type { Config } from './config.ts';
import { accountTables } from './db/accounts-table.ts';
import { entities } from './db/entities.ts';
import { loansAudited } from './db/image.ts';
import { indexes, migrations } from './db/migrations/index.ts';
import { loanModel } from './domain/model.ts';
import { loanRoutes } from './http/routes.ts';

export function createApp(config: Config): Promise<App> {
  return createService({
    config,
    databaseUrl: config.LOANS_DATABASE_URL,
    peerUrls: { customers: config.CUSTOMERS_URL, payments: config.PAYMENTS_URL },
    model: loanModel,
    tables: accountTables,
    audited: loansAudited,
    entities,
    migrations,
    indexes,
    routes: loanRoutes,
  });
}
