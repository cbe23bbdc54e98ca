/**
 * The model of one customer, kept by its only caller. Nobody else writes for this customer, so every correct answer is
 * predictable: grants, refusals, the spread of payments, and reads with a token. Amounts are in minor units.
 */
import { type ConsistencyToken, formatToken, mergeTokens, parseToken } from '@mo/contracts';

export interface LoanModel {
  readonly id: number;
  readonly externalId: string;
  readonly amount: bigint;
  outstanding: bigint;
  status: 'pending' | 'active' | 'rejected' | 'paid';
  /** From the answer; null while pending. */
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
  /** Score and status by the version of the customers stream that set them. */
  readonly #standings = new Map<number, Standing>();
  #token: ConsistencyToken;
  #latest = 0;
  /** Restrictions up to this version were confirmed with 200: no decision may be based on an older version. */
  #firm = 0;
  /**
   * Whether payments may not know yet which loan is the oldest: a backdated loan was answered before payments knew of
   * it.
   */
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

  /** The active loans in the order in which payments are spread over them. */
  get active(): LoanModel[] {
    return this.loans
      .filter(({ status }) => status === 'active')
      .sort((a, b) => Date.parse(a.takenAt as string) - Date.parse(b.takenAt as string) || a.id - b.id);
  }

  get available(): bigint {
    const { score } = this.standing;
    return this.debt < score ? score - this.debt : 0n;
  }

  /** Merges an answer's token. */
  saw(text: string | null): ConsistencyToken | null {
    const token = text === null ? null : parseToken(text);
    if (token === null || token.customerId !== this.id) return null;
    this.#token = mergeTokens(this.#token, token);
    return token;
  }

  /** Records a change of score or status, confirmed by an answer with this token. */
  stand(standing: Standing, token: ConsistencyToken, isFirm: boolean): void {
    const { customers } = token.versions;
    this.#standings.set(customers, standing);
    this.#latest = Math.max(this.#latest, customers);
    if (isFirm) this.#firm = Math.max(this.#firm, customers);
  }

  /**
   * The correct decision on credit for the versions that it has seen: `grant`, or the code of the refusal; and whether
   * it was allowed to use versions that old.
   */
  verdict(seen: ConsistencyToken, more: bigint): { expected: Verdict; isOld: boolean; isTooOld: boolean } {
    const { customers } = seen.versions;
    const { score, status } = this.#standings.get(customers) ?? this.standing;
    const expected: Verdict =
      status === 'inactive' ? 'customer_inactive' : this.debt + more > score ? 'credit_limit_exceeded' : 'grant';
    return { expected, isOld: customers < this.#latest, isTooOld: customers < this.#firm };
  }

  /** The correct spread of a payment, oldest loan first; null if it exceeds the debt. */
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

  /** Applies the details of a payment, except those of foreign loans, which the caller counts as violations. */
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
