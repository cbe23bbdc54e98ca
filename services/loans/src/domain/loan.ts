import type { LoanStatus } from '@mo/contracts';
import type { Money } from '@mo/money';

/** A loan; amounts in minor units. */
export interface Loan {
  readonly id: number;
  readonly externalId: string;
  readonly customerId: number;
  readonly amount: Money;
  /** The amount still to be paid; the full amount for a loan that isn't active. */
  readonly outstanding: Money;
  readonly status: LoanStatus;
  readonly contractVersion: string | null;
  readonly maximumPaymentDate: Date;
  /** Null until it is active. */
  readonly takenAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
