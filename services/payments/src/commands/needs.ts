import type { Money } from '@mo/money';

/** What a payment needs beside the customer's account: of its open loans, oldest first, as many as hold so much together. */
export interface PaymentNeeds {
  /** The payment's amount, in minor units. */
  readonly total: Money;
}
