import type { OperationId } from '../../../operations/index.ts';
import type { OperationText } from '../text.ts';
import * as access from './access.ts';
import * as customers from './customers.ts';
import * as loans from './loans.ts';
import * as payments from './payments.ts';
import * as webhooks from './webhooks.ts';

const { failedUpload: _, ...ofCustomers } = customers;

/** The text of every operation; a missing one is a type error. */
export const TEXTS: Readonly<Record<OperationId, OperationText>> = {
  ...ofCustomers,
  ...loans,
  ...payments,
  ...webhooks,
  ...access,
};
