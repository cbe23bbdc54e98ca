/**
 * One customer as its only caller knows it. Since nobody else writes for this customer, everything that the services may
 * say of it is known beforehand: what is granted, refused, spread, and read with a token. Amounts in minor units.
 */
import { type ConsistencyToken, formatToken, mergeTokens, parseToken } from '@mo/contracts';

export interface LoanModel {
  readonly id: number;
  readonly externalId: string;
  readonly amount: bigint;
  outstanding: bigint;
  status: 'pending' | 'active' | 'rejected' | 'paid';
  /** As answered; null while it is pending. */
  takenAt: string | null;
}

export interface PaymentModel {
  readonly id: number;
  readonly externalId: string;
  readonly total: bigint;
  readonly status: 'completed' | 'rejected';
  readonly paidAt: string;
  readonly details: readonly { readonly loanId: number; readonly amount: bigint }[];
}

export interface Standing {
  readonly score: bigint;
  readonly status: 'active' | 'inactive';
}

export class CustomerModel {
  readonly id: number;
  readonly externalId: string;
  readonly loans: LoanModel[] = [];
  readonly payments: PaymentModel[] = [];
  /** Score and status by the version of the customers stream that brought them. */
  readonly #standings = new Map<number, Standing>();
  #token: ConsistencyToken;
  #latest = 0;
  /** Restrictions up to this version were answered with 200: nothing may be decided on less. */
  #firm = 0;
  /** Whether payments may not know yet which loan is the oldest: a backdated one was answered without it. */
  isOrderUncertain = false;

  constructor(id: number, externalId: string, standing: Standing, token: ConsistencyToken) {
    this.id = id;
    this.externalId = externalId;
    this.#token = token;
    this.stand(standing, token, true);
  }

  get token(): string {
    return formatToken(this.#token);
  }

  get standing(): Standing {
    return this.#standings.get(this.#latest) as Standing;
  }

  get debt(): bigint {
    return sum(this.loans.filter(({ status }) => status === 'pending' || status === 'active'));
  }

  get owed(): bigint {
    return sum(this.active);
  }

  /** The loans that a payment is spread over, in the order in which it is. */
  get active(): LoanModel[] {
    return this.loans
      .filter(({ status }) => status === 'active')
      .sort((a, b) => Date.parse(a.takenAt as string) - Date.parse(b.takenAt as string) || a.id - b.id);
  }

  get available(): bigint {
    const { score } = this.standing;
    return this.debt < score ? score - this.debt : 0n;
  }

  /** Takes note of what an answer has seen. */
  saw(text: string | null): ConsistencyToken | null {
    const token = text === null ? null : parseToken(text);
    if (token === null || token.customerId !== this.id) return null;
    this.#token = mergeTokens(this.#token, token);
    return token;
  }

  /** Score or status were changed, by an answer with this token. */
  stand(standing: Standing, token: ConsistencyToken, isFirm: boolean): void {
    const { customers } = token.versions;
    this.#standings.set(customers, standing);
    this.#latest = Math.max(this.#latest, customers);
    if (isFirm) this.#firm = Math.max(this.#firm, customers);
  }

  /**
   * What a decision on credit must have been, by what it has seen: `grant`, or the code of its refusal, and whether it
   * may have been decided on what it has seen at all.
   */
  verdict(seen: ConsistencyToken, more: bigint): { expected: Verdict; isOld: boolean; isTooOld: boolean } {
    const { customers } = seen.versions;
    const { score, status } = this.#standings.get(customers) ?? this.standing;
    const expected: Verdict =
      status === 'inactive' ? 'customer_inactive' : this.debt + more > score ? 'credit_limit_exceeded' : 'grant';
    return { expected, isOld: customers < this.#latest, isTooOld: customers < this.#firm };
  }

  /** How a payment must be spread, oldest loan first; null where it exceeds what is owed. */
  spread(total: bigint): { loanId: number; amount: bigint }[] | null {
    if (total > this.owed) return null;
    const parts: { loanId: number; amount: bigint }[] = [];
    let left = total;
    for (const { id, outstanding } of this.active) {
      if (left === 0n) break;
      const amount = left < outstanding ? left : outstanding;
      parts.push({ loanId: id, amount });
      left -= amount;
    }
    return parts;
  }

  /** Applies the details of a payment, except those of foreign loans: these are violations, which the caller counts. */
  pay(details: readonly { loanId: number; amount: bigint }[]): void {
    for (const { loanId, amount } of details) {
      const loan = this.loans.find(({ id }) => id === loanId);
      if (loan === undefined) continue;
      loan.outstanding -= amount;
      if (loan.outstanding === 0n) loan.status = 'paid';
    }
  }
}

export type Verdict = 'grant' | 'customer_inactive' | 'credit_limit_exceeded';

const sum = (loans: readonly LoanModel[]): bigint => loans.reduce((total, { outstanding }) => total + outstanding, 0n);
