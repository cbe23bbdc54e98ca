/** Finds customers, loans and payments by the ids that people use. */
import type { Customer, List, Loan, MoClient, Payment } from '@mo/client';
import { CommandError } from '@mo/command';
import { NotFoundError } from './output/failure.ts';

/** The id of a resource in a command: its external_id, or the internal id. */
export interface Named {
  readonly externalId: string | undefined;
  readonly id: number | undefined;
}

export const findCustomer = (client: MoClient, named: Named, signal: AbortSignal): Promise<Customer> =>
  find(
    'customer',
    named,
    (id) => client.customers.get(id, { signal }),
    (external_id) => client.customers.list({ external_id, limit: 1 }, { signal }),
  );

/** The internal id of a customer, without a request if it is known. */
export const customerIdOf = async (client: MoClient, named: Named, signal: AbortSignal): Promise<number> =>
  named.id !== undefined && named.externalId === undefined ? named.id : (await findCustomer(client, named, signal)).id;

export const findLoan = (client: MoClient, named: Named, signal: AbortSignal): Promise<Loan> =>
  find(
    'loan',
    named,
    (id) => client.loans.get(id, { signal }),
    (external_id) => client.loans.list({ external_id, limit: 1 }, { signal }),
  );

export const findPayment = (client: MoClient, named: Named, signal: AbortSignal): Promise<Payment> =>
  find(
    'payment',
    named,
    (id) => client.payments.get(id, { signal }),
    (external_id) => client.payments.list({ external_id, limit: 1 }, { signal }),
  );

async function find<Row>(
  what: string,
  { externalId, id }: Named,
  byId: (id: number) => Promise<Row>,
  byName: (externalId: string) => List<Row>,
): Promise<Row> {
  if ((externalId === undefined) === (id === undefined))
    throw new CommandError(`specify one ${what}: its external_id, or its internal id with --id`);
  if (id !== undefined) return byId(id);
  for await (const row of byName(externalId as string)) return row;
  throw new NotFoundError(`there is no ${what} with the external_id "${externalId}"`);
}
