import { z } from 'zod';
import { problem } from '../problems.ts';
import {
  CUSTOMER_STATUSES,
  describedAs,
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
  .meta({ id: 'Customer', description: 'A customer with a credit line' });
export type CustomerBody = z.infer<typeof customer>;

/** What the status of a customer means in a request. */
const STATUS = 'An inactive customer gets no loan, but may pay';

export const newCustomer = z
  .strictObject({
    external_id: externalId,
    score: scoreInput,
    status: z.enum(CUSTOMER_STATUSES).default('active').meta({ description: STATUS }),
    preapproved_at: timeInput
      .nullable()
      .default(null)
      .meta({ description: 'When the credit line was approved in advance; it decides nothing, and may be any time' }),
  })
  .meta({ id: 'NewCustomer', description: 'A customer to be registered' });
export type NewCustomer = z.infer<typeof newCustomer>;

export const customerChange = z
  .strictObject({
    score: scoreInput.optional(),
    status: z.enum(CUSTOMER_STATUSES).optional().meta({ description: STATUS }),
  })
  .refine((change) => change.score !== undefined || change.status !== undefined, 'must name score or status')
  .meta({ id: 'CustomerChange', description: 'A change of a customer', minProperties: 1 });
export type CustomerChange = z.infer<typeof customerChange>;

export const balance = z
  .object({
    customer_id: resourceId,
    external_id: externalId,
    score: moneyText,
    total_debt: moneyText.meta({
      description:
        'The outstanding amount of active and pending loans. Payments pay active loans only, so less may be payable',
    }),
    available_amount: moneyText.meta({ description: 'The score less the debt, never below 0.00' }),
  })
  .meta({ id: 'Balance', description: 'The debt of a customer, and the rest of its credit line' });
export type BalanceBody = z.infer<typeof balance>;

const statementEntry = z
  .object({
    at: timeText,
    kind: z.enum(['loan', 'payment']),
    reference: externalId,
    amount: moneyText,
    total_debt: moneyText.meta({
      description: 'The running sum after this entry; negative while payments precede the loans that they paid',
    }),
  })
  .meta({ id: 'StatementEntry', description: 'A loan or a payment, at the time at which it took effect' });
export type StatementEntryBody = z.infer<typeof statementEntry>;

const bulkError = z
  .object({
    line: z
      .int()
      .min(1)
      .meta({ description: 'From 1, including the header line; in a JSON array, the number of the element' }),
    external_id: z.string().nullable().meta({ description: 'The external_id of the line, if it can be read' }),
    code: z.string().meta({ description: 'A problem code' }),
    detail: z.string(),
  })
  .meta({ id: 'BulkError', description: 'A line that was not created, and why' });
export type BulkError = z.infer<typeof bulkError>;

export const BULK_ERRORS_MAX = 1000;
export const bulkSummary = z
  .object({
    received: z.int().min(0).meta({ description: 'Lines other than the header line and empty lines' }),
    created: z.int().min(0),
    failed: z.int().min(0),
    errors: z.array(bulkError).max(BULK_ERRORS_MAX),
    errors_truncated: z.boolean().meta({ description: 'Whether there are more errors than listed' }),
  })
  .meta({ id: 'BulkSummary', description: 'The outcome of a bulk upload' });
export type BulkSummary = z.infer<typeof bulkSummary>;

/** The problem of a failed atomic upload; it has all members of a summary. */
export const bulkProblem = problem
  .extend(bulkSummary.shape)
  .meta({ id: 'BulkProblem', description: 'A problem with the errors of lines' });

export const customerPath = z.strictObject({ customer_id: idParameter });
const byExternalId = externalId.optional().meta({ description: 'The customer with this external_id' });
export const customersQuery = z.strictObject({
  ...pageQuery,
  external_id: byExternalId,
  status: z.enum(CUSTOMER_STATUSES).optional().meta({ description: 'Customers with this status' }),
});
export const balancesQuery = z.strictObject({
  ...pageQuery,
  external_id: byExternalId,
  customer_id: idParameter.optional().meta({ description: 'The customer with this id' }),
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
    .meta({ override: describedAs({ type: 'boolean', default: false }), description: 'Create all customers or none' }),
});

export const customersPage = pageOf(customer, 'CustomersPage');
export const balancesPage = pageOf(balance, 'BalancesPage');
export const statementPage = pageOf(statementEntry, 'StatementPage');

/** The columns of a CSV file of customers without a header line; the last two are optional. */
export const CSV_COLUMNS: readonly string[] = Object.keys(newCustomer.shape);
export const [CSV_NAME_COLUMN = ''] = CSV_COLUMNS;

/** The column that a field of a header line names. */
export const columnNamed = (field: string): string => field.trim().toLowerCase();

/** A header line contains the name `external_id`. A customer may have that id too, but is followed by a score. */
export const isCsvHeader = (fields: readonly string[]): boolean =>
  fields.some((field) => columnNamed(field) === CSV_NAME_COLUMN) && !/^\s*\d/.test(fields[1] ?? '');
