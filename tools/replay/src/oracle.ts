/**
 * Predicts the result of a data set from its rows alone: the verdict on each row, and every balance, loan and payment
 * at the end. It shares no rules with the services (only the request schemas come from the contracts), so it does not
 * repeat their mistakes.
 */
import { newCustomer, newLoan, newPayment } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import type { Lane } from './lanes.ts';
import type { Row } from './read-rows.ts';

/** The answer to a row: accepted (for a payment: completed or rejected), or the code of its refusal. */
export type Verdict = string;
export const ACCEPTANCES: ReadonlySet<Verdict> = new Set(['accepted', 'completed', 'rejected']);

/** Expected members of a resource at the end, formatted as in answers, by external id. */
export type ExpectedMembers = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface Expectation {
  readonly verdicts: ReadonlyMap<Row, Verdict>;
  readonly balances: ExpectedMembers;
  readonly loans: ExpectedMembers;
  readonly payments: ExpectedMembers;
}

interface Account {
  readonly score: bigint;
  readonly isActive: boolean;
  /** Outstanding amount of its pending and active loans. */
  debt: bigint;
  /** Outstanding amount of its active loans. */
  owed: bigint;
  /** Active loans with an outstanding amount, in the order in which payments are applied. */
  readonly open: LoanState[];
}

interface LoanState {
  readonly customer: string;
  readonly amount: bigint;
  readonly takenAt: number;
  status: 'pending' | 'active' | 'paid';
  outstanding: bigint;
}

/** Simulates the lanes in memory. Rows dated after `now` are not accepted. */
export function predict(lanes: Iterable<Lane>, now: Date): Expectation {
  const world = new World(now);
  const verdicts = new Map<Row, Verdict>();
  for (const lane of lanes) for (const row of lane) verdicts.set(row, world.decide(row));
  return { verdicts, ...world.result() };
}

class World {
  readonly #now: Date;
  readonly #accounts = new Map<string, Account>();
  readonly #loans = new Map<string, LoanState>();
  readonly #payments = new Map<string, Record<string, string>>();

  constructor(now: Date) {
    this.#now = now;
  }

  decide(row: Row): Verdict {
    if (row.resource === 'customers') return this.#register(row);
    return row.resource === 'loans' ? this.#lend(row) : this.#pay(row);
  }

  #register({ externalId, body }: Row): Verdict {
    const { data, success } = newCustomer.safeParse(body);
    if (!success) return 'invalid_request';
    if (this.#accounts.has(externalId)) return 'already_exists';
    const isActive = data.status === 'active';
    this.#accounts.set(externalId, { score: data.score, isActive, debt: 0n, owed: 0n, open: [] });
    return 'accepted';
  }

  #lend({ externalId, customer, body }: Row): Verdict {
    const { data, success } = newLoan.safeParse(body);
    if (!success || this.#isAhead(data.taken_at)) return 'invalid_request';
    if (this.#loans.has(externalId)) return 'already_exists';
    const account = this.#accounts.get(customer);
    if (account === undefined) return 'customer_not_found';
    if (!account.isActive) return 'customer_inactive';
    if (account.debt + data.amount > account.score) return 'credit_limit_exceeded';
    const loan: LoanState = {
      customer,
      amount: data.amount,
      // A loan without a date is taken when it is sent, which is later than every given date.
      takenAt: data.taken_at?.getTime() ?? Number.POSITIVE_INFINITY,
      status: data.status,
      outstanding: data.amount,
    };
    this.#loans.set(externalId, loan);
    account.debt += loan.amount;
    if (loan.status === 'active') addOpenLoan(account, loan);
    return 'accepted';
  }

  #pay({ externalId, customer, body }: Row): Verdict {
    const { data, success } = newPayment.safeParse(body);
    if (!success || this.#isAhead(data.paid_at)) return 'invalid_request';
    if (this.#payments.has(externalId)) return 'already_exists';
    const account = this.#accounts.get(customer);
    if (account === undefined) return 'customer_not_found';
    const status = data.total_amount > account.owed ? 'rejected' : 'completed';
    if (status === 'completed') spread(account, data.total_amount);
    const total_amount = formatMoney(data.total_amount);
    this.#payments.set(externalId, { customer_external_id: customer, total_amount, status });
    return status;
  }

  #isAhead(at: Date | undefined): boolean {
    return at !== undefined && at > this.#now;
  }

  result(): Omit<Expectation, 'verdicts'> {
    const balances = new Map<string, Record<string, string>>();
    for (const [id, { score, debt }] of this.#accounts) {
      const available = score > debt ? score - debt : 0n;
      const members = { score, total_debt: debt, available_amount: available };
      balances.set(id, mapValues(members, formatMoney));
    }
    const loans = new Map<string, Record<string, string>>();
    for (const [id, { customer, amount, outstanding, status }] of this.#loans)
      loans.set(id, { customer_external_id: customer, status, ...mapValues({ amount, outstanding }, formatMoney) });
    return { balances, loans, payments: this.#payments };
  }
}

/** Inserts a loan after those that were taken earlier, or at the same instant and sent earlier. */
function addOpenLoan(account: Account, loan: LoanState): void {
  account.owed += loan.amount;
  const before = account.open.findLastIndex(({ takenAt }) => takenAt <= loan.takenAt);
  account.open.splice(before + 1, 0, loan);
}

/** Applies an amount to the open loans, oldest first. It must not exceed what is owed. */
function spread(account: Account, amount: bigint): void {
  account.debt -= amount;
  account.owed -= amount;
  for (let left = amount; left > 0n; ) {
    const oldest = account.open[0];
    if (oldest === undefined) throw new Error('a payment exceeds what is owed');
    if (oldest.outstanding > left) {
      oldest.outstanding -= left;
      return;
    }
    left -= oldest.outstanding;
    oldest.outstanding = 0n;
    oldest.status = 'paid';
    account.open.shift();
  }
}

function mapValues<T, U>(members: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, change(value)]));
}
