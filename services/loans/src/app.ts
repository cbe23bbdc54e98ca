/** The wiring: all that the loans service is made of. */
import { type App, createService } from '@mo/messaging';
import type { Config } from './config.ts';
import { accountTables } from './db/accounts-table.ts';
import { entities } from './db/entities.ts';
import { First } from './db/migrations/2026-11-23-first.ts';
import { Quarantine } from './db/migrations/2026-11-24-quarantine.ts';
import { loanModel } from './domain/model.ts';
import { loanRoutes } from './http/routes.ts';

export function createApp(config: Config): Promise<App> {
  return createService({
    config,
    databaseUrl: config.LOANS_DATABASE_URL,
    peerUrls: { customers: config.CUSTOMERS_URL, payments: config.PAYMENTS_URL },
    model: loanModel,
    tables: accountTables,
    entities,
    migrations: [
      { name: 'first', class: First },
      { name: 'quarantine', class: Quarantine },
    ],
    routes: loanRoutes,
  });
}
