/**
 * Every operation of the REST API, once: its path, what it takes and answers, what a caller needs for it, and who serves it.
 * The services register their routes from this table, the gateway forwards by it, and OpenAPI is generated from it.
 */
import { accessOperations } from './access.ts';
import { customerOperations } from './customers.ts';
import { loanOperations } from './loans.ts';
import { paymentOperations } from './payments.ts';
import { webhookOperations } from './webhooks.ts';

export * from './operation.ts';

export const operations = {
  ...customerOperations,
  ...loanOperations,
  ...paymentOperations,
  ...webhookOperations,
  ...accessOperations,
};

export type OperationId = keyof typeof operations;
