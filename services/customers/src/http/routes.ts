import { operations } from '@mo/contracts';
import type { ServiceParts } from '@mo/messaging';
import { answerPage, answerWith, type Handler } from '@mo/service-kit';
import { changeCustomerCommand } from '../commands/change-customer.ts';
import { registerCustomerCommand } from '../commands/register-customer.ts';
import type { CustomerAccount } from '../domain/account.ts';
import { balancesById, findBalance, findBalances } from '../queries/find-balances.ts';
import { findCustomer, findCustomers } from '../queries/find-customers.ts';
import { findStatement } from '../queries/find-statement.ts';
import { bulkRoute } from './bulk-route.ts';
import { noCustomer } from './no-customer.ts';

/** All API operations of the customers service. */
export function customerRoutes(parts: ServiceParts<CustomerAccount>): void {
  const {
    serve,
    database,
    streams: { writePath },
  } = parts;
  serve(operations.createCustomer, ({ body, key, origin }) =>
    writePath.execute(registerCustomerCommand(body, key, origin)),
  );

  serve(operations.changeCustomer, ({ params: { customer_id: customerId }, body, key, origin }) =>
    writePath.execute(changeCustomerCommand(customerId, body, key, origin)),
  );

  bulkRoute(parts);

  serve(operations.getCustomer, async ({ params: { customer_id: customerId } }) => {
    const found = await findCustomer(database, customerId);
    if (found === null) throw noCustomer(customerId);
    return answerWith(200, found.body, { customerId, versions: found.versions });
  });

  serve(operations.listCustomers, async ({ query, url }) => {
    const find = () => findCustomers(database, query);
    const { rows, token } = await writePath.read(find, () => ({ externalId: query.external_id }));
    return answerPage(rows, url, token);
  });

  const balances = balancesById(parts);
  const answerBalance: Handler<typeof operations.getBalance> = async ({
    params: { customer_id: customerId },
    origin: { isGone },
  }) => {
    const found = await findBalance(balances, customerId, isGone);
    if (found === null) throw noCustomer(customerId);
    return answerWith(200, found.body, { customerId, versions: found.versions });
  };
  serve(operations.getBalance, answerBalance, { boundsReads: true });

  serve(operations.listBalances, async ({ query, url }) => {
    const customer = { customerId: query.customer_id, externalId: query.external_id };
    const { rows, token } = await writePath.read(
      () => findBalances(database, query),
      () => customer,
    );
    return answerPage(rows, url, token);
  });

  serve(operations.getStatement, async ({ params: { customer_id: customerId }, query, url }) => {
    if ((await writePath.known({ customerId })) === null) throw noCustomer(customerId);
    const find = () => findStatement(database, customerId, query);
    const { rows, token } = await writePath.read(find, () => ({ customerId }));
    return answerPage(rows, url, token);
  });
}
