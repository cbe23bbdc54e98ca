import type { Money } from '@mo/money';

/** What a payment needs besides the account: the oldest open loans that together cover its amount. */
export interface PaymentNeeds {
  /** The payment's amount, in minor units. */
  readonly total: Money;
}
