import { z } from 'zod';
import {
  amountInput,
  externalId,
  idParameter,
  lowerBound,
  moneyText,
  PAYMENT_STATUSES,
  resourceId,
  timeInput,
  timeText,
} from '../scalars.ts';
import { namesCustomer, namesSomeone, namesSomeoneSchema } from './loans.ts';
import { pageOf, pageQuery } from './pages.ts';

export const payment = z
  .object({
    id: resourceId,
    external_id: externalId,
    customer_id: resourceId,
    customer_external_id: externalId,
    total_amount: moneyText,
    status: z.enum(PAYMENT_STATUSES),
    rejection_reason: z.enum(['exceeds_debt']).nullable(),
    paid_at: timeText,
    details: z.array(z.object({ loan_id: resourceId, loan_external_id: externalId, amount: moneyText })),
    created_at: timeText,
    updated_at: timeText,
  })
  .meta({ id: 'Payment', description: 'A payment, and how it was spread over loans' });
export type PaymentBody = z.infer<typeof payment>;

export const newPayment = z
  .strictObject({
    external_id: externalId,
    ...namesCustomer,
    total_amount: amountInput,
    paid_at: timeInput.optional().meta({
      description: 'Not in the future; now if omitted. It may be before the `taken_at` of the loans that are paid',
    }),
  })
  .refine(...namesSomeone)
  .meta({ id: 'NewPayment', description: 'A payment to be made', ...namesSomeoneSchema });
export type NewPayment = z.infer<typeof newPayment>;

const paymentFilters = {
  ...pageQuery,
  external_id: externalId.optional().meta({ description: 'The payment with this external_id' }),
  status: z.enum(PAYMENT_STATUSES).optional().meta({ description: 'Payments with this status' }),
  paid_from: lowerBound.optional().meta({ description: 'Paid at or after' }),
  paid_to: timeInput.optional().meta({ description: 'Paid at or before' }),
};
export const paymentPath = z.strictObject({ payment_id: idParameter });
export const customerPaymentsQuery = z.strictObject(paymentFilters);
export const paymentsQuery = z.strictObject({
  ...paymentFilters,
  customer_id: idParameter.optional().meta({ description: 'Payments of this customer' }),
  customer_external_id: externalId.optional().meta({ description: 'Payments of the customer with this external_id' }),
});
export const paymentsPage = pageOf(payment, 'PaymentsPage');
