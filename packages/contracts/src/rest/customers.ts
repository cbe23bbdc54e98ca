import { z } from 'zod';
import {
  CUSTOMER_STATUSES,
  externalId,
  idParameter,
  moneyText,
  resourceId,
  scoreInput,
  timeInput,
  timeText,
} from '../scalars.ts';
import { pageOf, pageQuery } from './pages.ts';

export const customer = z
  .object({
    id: resourceId,
    external_id: externalId,
    status: z.enum(CUSTOMER_STATUSES),
    score: moneyText,
    preapproved_at: timeText.nullable(),
    created_at: timeText,
    updated_at: timeText,
  })
  .meta({ id: 'Customer' });
export type CustomerBody = z.infer<typeof customer>;

export const newCustomer = z
  .strictObject({
    external_id: externalId,
    score: scoreInput,
    status: z.enum(CUSTOMER_STATUSES).default('active'),
    preapproved_at: timeInput.nullable().default(null),
  })
  .meta({ id: 'NewCustomer' });
export type NewCustomer = z.infer<typeof newCustomer>;

export const customerChange = z
  .strictObject({ score: scoreInput.optional(), status: z.enum(CUSTOMER_STATUSES).optional() })
  .refine((change) => change.score !== undefined || change.status !== undefined, 'must name score or status')
  .meta({ id: 'CustomerChange', minProperties: 1 });
export type CustomerChange = z.infer<typeof customerChange>;

export const balance = z
  .object({
    customer_id: resourceId,
    external_id: externalId,
    score: moneyText,
    total_debt: moneyText,
    available_amount: moneyText,
  })
  .meta({ id: 'Balance' });
export type BalanceBody = z.infer<typeof balance>;

export const statementEntry = z
  .object({
    at: timeText,
    kind: z.enum(['loan', 'payment']),
    reference: externalId,
    amount: moneyText,
    total_debt: moneyText,
  })
  .meta({ id: 'StatementEntry', description: 'total_debt is the running sum after this entry' });
export type StatementEntryBody = z.infer<typeof statementEntry>;

export const bulkError = z
  .object({ line: z.int(), external_id: z.string().nullable(), code: z.string(), detail: z.string() })
  .meta({ id: 'BulkError' });
export type BulkError = z.infer<typeof bulkError>;

export const BULK_ERRORS_MAX = 1000;
export const bulkSummary = z
  .object({
    received: z.int(),
    created: z.int(),
    failed: z.int(),
    errors: z.array(bulkError).max(BULK_ERRORS_MAX),
    errors_truncated: z.boolean(),
  })
  .meta({ id: 'BulkSummary' });
export type BulkSummary = z.infer<typeof bulkSummary>;

export const customerPath = z.strictObject({ customer_id: idParameter });
export const customersQuery = z.strictObject({
  ...pageQuery,
  external_id: externalId.optional(),
  status: z.enum(CUSTOMER_STATUSES).optional(),
});
export const balancesQuery = z.strictObject({
  ...pageQuery,
  external_id: externalId.optional(),
  customer_id: idParameter.optional(),
});
export const statementQuery = z.strictObject({
  ...pageQuery,
  as_of: timeInput.optional().meta({ description: 'Entries up to and including this instant' }),
});
export const bulkQuery = z.strictObject({
  atomic: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({ override: { type: 'boolean', default: false }, description: 'All or nothing' }),
});

export const customersPage = pageOf(customer, 'CustomersPage');
export const balancesPage = pageOf(balance, 'BalancesPage');
export const statementPage = pageOf(statementEntry, 'StatementPage');
