import type { EventOf, StatementEntryBody, StreamEvent } from '@mo/contracts';
import { type Money, parseMoney } from '@mo/money';

export type StatementKind = StatementEntryBody['kind'];
/** Entries of the same instant are sorted by kind, in this order. */
export const STATEMENT_KINDS = ['loan', 'payment'] as const satisfies readonly StatementKind[];

/** One line of a customer's statement. */
export interface StatementEntry {
  readonly customerId: number;
  /** When it took effect: taken_at or paid_at. */
  readonly at: Date;
  readonly kind: StatementKind;
  /** The external_id of the loan or payment. */
  readonly reference: string;
  /** Minor units. */
  readonly amount: Money;
  /** The version of its event in its stream. */
  readonly version: number;
}

/** The entry for a loan that is taken (requested before or not) or a payment that is applied; otherwise null. */
export function entryOf(event: StreamEvent): StatementEntry | null {
  if (event.type === 'LoanTaken') {
    const { taken_at, amount } = event.data;
    return { ...common(event), kind: 'loan', at: new Date(taken_at), amount: parseMoney(amount) };
  }
  if (event.type === 'PaymentApplied') {
    const { paid_at, total_amount } = event.data;
    return { ...common(event), kind: 'payment', at: new Date(paid_at), amount: parseMoney(total_amount) };
  }
  return null;
}

function common({ customer_id, version, data }: EventOf<'LoanTaken'> | EventOf<'PaymentApplied'>) {
  return { customerId: customer_id, version, reference: data.external_id };
}
