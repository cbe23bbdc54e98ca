/**
 * The table of all operations of the REST API: path, request, answers, required scope and service. The services
 * register their routes from this table, the gateway routes requests by it, and the OpenAPI document is generated from
 * it.
 */
import { accessOperations } from './access.ts';
import { customerOperations } from './customers.ts';
import { loanOperations } from './loans.ts';
import type { OperationEntry } from './operation.ts';
import { paymentOperations } from './payments.ts';
import { webhookOperations } from './webhooks.ts';

export * from './operation.ts';

export const operations = named({
  ...customerOperations,
  ...loanOperations,
  ...paymentOperations,
  ...webhookOperations,
  ...accessOperations,
});

export type OperationId = keyof typeof operations;

function named<Table extends Readonly<Record<string, OperationEntry>>>(table: Table) {
  const entries = Object.entries(table).map(([id, operation]) => [id, { id, ...operation }]);
  return Object.fromEntries(entries) as { readonly [Id in keyof Table]: Table[Id] & { readonly id: Id } };
}
