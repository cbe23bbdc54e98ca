/** Compares answers with the events of their writes. */
import type { StreamEvent } from '@mo/contracts';
import type { Money } from '@mo/money';
import type { Customer } from './ledger.ts';

type Body = Record<string, unknown>;

/** Whether an answer matches an event. */
export function tells({ type, data }: StreamEvent, body: Body): boolean {
  switch (type) {
    case 'CustomerRegistered':
      return (
        body.id === data.customer_id && body.external_id === data.customer_external_id && body.score === data.score
      );
    case 'LoanTaken':
    case 'LoanRequested':
      return (
        body.id === data.loan_id &&
        body.amount === data.amount &&
        body.outstanding === data.amount &&
        body.taken_at === data.taken_at &&
        body.status === (type === 'LoanTaken' ? 'active' : 'pending')
      );
    case 'LoanRejected':
      return body.id === data.loan_id && body.status === 'rejected' && body.outstanding === data.amount;
    case 'PaymentApplied':
      return (
        body.id === data.payment_id &&
        body.status === 'completed' &&
        body.total_amount === data.total_amount &&
        isSameSpread(body.details, data.details)
      );
    case 'PaymentRejected':
      return body.id === data.payment_id && body.status === 'rejected' && (body.details as unknown[]).length === 0;
    case 'CustomerUpdated':
    case 'LoanPaid':
      return false;
    default:
      return type satisfies never;
  }
}

const isSameSpread = (told: unknown, details: readonly { loan_id: number; amount: string }[]): boolean =>
  (told as typeof details).length === details.length &&
  (told as typeof details).every(({ loan_id, amount }, place) => {
    const detail = details[place];
    return loan_id === detail?.loan_id && amount === detail.amount;
  });

/** Whether the credit line ever had that much left, by a score, loans and payments of the time of the request. */
export function wasAvailable(
  customer: Customer | null,
  { startStep, endStep }: { readonly startStep: number; readonly endStep: number },
  available: Money,
): boolean {
  if (customer === null) return false;
  const points = [...customer.during(startStep, endStep)];
  const oldest = Math.max(1, customer.firmAt(startStep));
  const scores = customer.terms.slice(oldest - 1, points.at(-1)?.version).map(({ score }) => score);
  const leaves = (debt: Money): boolean => scores.some((score) => (debt < score ? score - debt : 0n) === available);
  return (
    points.some(({ debt }) => leaves(debt)) || points.some(({ lent }) => points.some(({ paid }) => leaves(lent - paid)))
  );
}
