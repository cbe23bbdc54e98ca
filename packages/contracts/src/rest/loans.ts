import { z } from 'zod';
import {
  amountInput,
  externalId,
  idInput,
  idParameter,
  LOAN_STATUSES,
  label,
  lowerBound,
  moneyText,
  resourceId,
  timeInput,
  timeText,
} from '../scalars.ts';
import { pageOf, pageQuery } from './pages.ts';

export const loan = z
  .object({
    id: resourceId,
    external_id: externalId,
    customer_id: resourceId,
    customer_external_id: externalId,
    amount: moneyText,
    outstanding: moneyText.meta({ description: 'The amount still to be paid' }),
    status: z.enum(LOAN_STATUSES),
    contract_version: z.string().nullable(),
    maximum_payment_date: timeText,
    taken_at: timeText.nullable().meta({ description: 'Null until the loan is active' }),
    created_at: timeText,
    updated_at: timeText,
  })
  .meta({ id: 'Loan', description: 'The current state of a loan' });
export type LoanBody = z.infer<typeof loan>;

/** The customer of a new loan or payment: one of the two ids, or both if they name the same customer. */
export const namesCustomer = {
  customer_id: idInput.optional(),
  customer_external_id: externalId.optional(),
};
export const namesSomeone = [
  (body: { customer_id?: number | undefined; customer_external_id?: string | undefined }) =>
    body.customer_id !== undefined || body.customer_external_id !== undefined,
  { message: 'is required unless customer_external_id is given', path: ['customer_id'] as PropertyKey[] },
] as const;
/** The same rule in JSON Schema. */
export const namesSomeoneSchema = { anyOf: [{ required: ['customer_id'] }, { required: ['customer_external_id'] }] };

export const newLoan = z
  .strictObject({
    external_id: externalId,
    ...namesCustomer,
    amount: amountInput,
    maximum_payment_date: timeInput.meta({ description: 'By the contract; it may be in the past' }),
    contract_version: label.nullable().default(null).meta({ description: "Your own label of the contract's terms" }),
    taken_at: timeInput.optional().meta({
      description: 'Not in the future; now if omitted. Not for a pending loan, which is taken when activated',
    }),
    status: z
      .enum(['active', 'pending'])
      .default('active')
      .meta({ description: '`pending` only requests the loan: it uses credit until it is activated or rejected' }),
  })
  .refine(...namesSomeone)
  .refine((body) => body.status === 'active' || body.taken_at === undefined, {
    message: 'must not be given for a pending loan: it is taken when it is activated',
    path: ['taken_at'],
  })
  .meta({ id: 'NewLoan', description: 'A loan to be taken or requested', ...namesSomeoneSchema });
export type NewLoan = z.infer<typeof newLoan>;

const loanFilters = {
  ...pageQuery,
  external_id: externalId.optional().meta({ description: 'The loan with this external_id' }),
  status: z.enum(LOAN_STATUSES).optional().meta({ description: 'Loans with this status' }),
  taken_from: lowerBound.optional().meta({ description: 'Taken at or after' }),
  taken_to: timeInput.optional().meta({ description: 'Taken at or before' }),
};
export const loanPath = z.strictObject({ loan_id: idParameter });
export const customerLoansQuery = z.strictObject(loanFilters);
export const loansQuery = z.strictObject({
  ...loanFilters,
  customer_id: idParameter.optional().meta({ description: 'Loans of this customer' }),
  customer_external_id: externalId.optional().meta({ description: 'Loans of the customer with this external_id' }),
});
export const nothing = z.strictObject({}).optional();
export const loansPage = pageOf(loan, 'LoansPage');
