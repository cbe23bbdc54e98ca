import type { Money } from '@mo/money';

/** A loan that is or was active, as the payments service sees it; amounts in minor units. */
export interface OpenLoan {
  readonly id: number;
  readonly externalId: string;
  readonly takenAtMs: number;
  readonly amount: Money;
  readonly outstanding: Money;
}

/** Oldest first: by taken_at, then by id. */
export function sortsBefore(loan: OpenLoan, other: OpenLoan): boolean {
  return loan.takenAtMs < other.takenAtMs || (loan.takenAtMs === other.takenAtMs && loan.id < other.id);
}
