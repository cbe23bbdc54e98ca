/**
 * The plain model: the whole business in one map, as if there were one service and no network. It records each event at
 * the instant of its commit and keeps the state of every instant, so an answer can be checked against the states
 * between request and answer.
 */
import type { CustomerStatus, LoanStatus, Stream, StreamEvent } from '@mo/contracts';
import { type Money, parseMoney } from '@mo/money';

export interface LedgerLoan {
  readonly id: number;
  readonly externalId: string;
  readonly amount: Money;
  status: LoanStatus;
  paid: Money;
  /** Payments on the loan, in ascending order of version. */
  readonly parts: LoanPart[];
  takenAtMs: number;
  /** The version of its LoanTaken; 0 before. */
  takenVersion: number;
  /** Whether another unpaid loan sorted after it when it was taken. */
  jumped: boolean;
  /** The operation that last took, activated or rejected it. */
  changedBy: string;
}

/** A payment on a loan: its version, and the cumulative amount paid. */
interface LoanPart {
  readonly version: number;
  readonly paid: Money;
}

const addsDebt = (event: StreamEvent): boolean =>
  event.type === 'LoanRequested' || (event.type === 'LoanTaken' && !event.data.requested);

/** The state from one instant to the next point. */
export interface Point {
  readonly step: number;
  /** The customer's version; 0 if it does not exist. */
  readonly version: number;
  readonly debt: Money;
  readonly owed: Money;
  /** The total of its loans, paid or not, and the total of its payments. */
  readonly lent: Money;
  readonly paid: Money;
}

/** The state before the customer exists. */
export const NOTHING: Point = { step: 0, version: 0, debt: 0n, owed: 0n, lent: 0n, paid: 0n };

export class Customer {
  readonly id: number;
  readonly externalId: string;
  readonly streams: Record<Stream, StreamEvent[]> = { customers: [], loans: [], payments: [] };
  /** Status and score by version, from 1. */
  readonly terms: { readonly status: CustomerStatus; readonly score: Money }[] = [];
  readonly loans = new Map<number, LedgerLoan>();
  readonly points: Point[] = [];
  /** By service, the version of its last event that reduces the available credit. */
  readonly restricted: Record<Stream, number> = { customers: 0, loans: 0, payments: 0 };
  /** Customer versions confirmed with 200, ascending, with the step of confirmation. */
  readonly firm: { readonly step: number; readonly version: number }[] = [];
  /** Loans stream versions known to be applied by payments before they were answered, with the step. */
  readonly settled: { readonly step: number; readonly version: number }[] = [];
  debt: Money = 0n;
  owed: Money = 0n;
  /** By version of the loans stream, from 0: the cumulative amount that its events added to the debt. */
  readonly #lent: Money[] = [0n];
  /** By version of the payments stream, from 0: the cumulative amount that its events subtracted. */
  readonly #paid: Money[] = [0n];

  constructor(id: number, externalId: string) {
    this.id = id;
    this.externalId = externalId;
  }

  /** The terms at a version. */
  termsAt(version: number): { readonly status: CustomerStatus; readonly score: Money } {
    return this.terms[version - 1] ?? { status: 'inactive', score: 0n };
  }

  /** The latest version at a step. */
  versionAt(step: number): number {
    return this.points.findLast((point) => point.step <= step)?.version ?? 0;
  }

  /** The latest version confirmed with 200 by a step. */
  firmAt(step: number): number {
    return this.firm.findLast((mark) => mark.step <= step)?.version ?? 0;
  }

  settledAt(step: number): number {
    return this.settled.findLast((mark) => mark.step <= step)?.version ?? 0;
  }

  /** The states at the instants from one step to another. */
  *during(start: number, end: number): Generator<Point & { readonly from: number }> {
    yield* this.#points(start, end);
  }

  *#points(start: number, end: number): Generator<Point & { readonly from: number }> {
    let first = this.points.findLastIndex((point) => point.step <= start);
    if (first < 0) {
      yield { ...NOTHING, from: start };
      first = 0;
    }
    for (const point of this.points.slice(first)) {
      if (point.step > end) return;
      yield { ...point, from: Math.max(point.step, start) };
    }
  }

  /** Records an event of its own service. */
  record(event: StreamEvent, step: number): void {
    this.streams[event.stream].push(event);
    if (addsDebt(event) || event.type === 'PaymentApplied') this.restricted[event.stream] = event.version;
    const debtBefore = this.debt;
    this.#evolve(event);
    const change = this.debt - debtBefore;
    if (event.stream === 'loans') this.#lent.push((this.#lent.at(-1) as Money) + change);
    if (event.stream === 'payments') this.#paid.push((this.#paid.at(-1) as Money) - change);
    this.points.push({
      step,
      version: this.terms.length,
      debt: this.debt,
      owed: this.owed,
      lent: this.#lent.at(-1) as Money,
      paid: this.#paid.at(-1) as Money,
    });
  }

  /** Oldest first, over the active loans up to a version of the loans stream; null if it exceeds the debt. */
  spread(total: Money, version: number): { loanId: number; amount: Money }[] | null {
    const owed = [...this.loans.values()]
      .filter((loan) => loan.status === 'active' && loan.takenVersion <= version && loan.paid < loan.amount)
      .sort((loan, other) => loan.takenAtMs - other.takenAtMs || loan.id - other.id);
    const parts: { loanId: number; amount: Money }[] = [];
    let left = total;
    for (const loan of owed) {
      if (left === 0n) break;
      const open = loan.amount - loan.paid;
      const amount = open < left ? open : left;
      parts.push({ loanId: loan.id, amount });
      left -= amount;
    }
    return left === 0n ? parts : null;
  }

  /** The debt at a cut through the streams. */
  debtAt(loansVersion: number, paymentsVersion: number): Money {
    return (this.#lent[loansVersion] ?? 0n) - (this.#paid[paymentsVersion] ?? 0n);
  }

  /** The amount paid on a loan up to a version of the payments stream. */
  paidOn(loanId: number, paymentsVersion: number): Money {
    const parts = this.loans.get(loanId)?.parts ?? [];
    for (let place = parts.length - 1; place >= 0; place -= 1) {
      const part = parts[place] as LoanPart;
      if (part.version <= paymentsVersion) return part.paid;
    }
    return 0n;
  }

  #evolve(event: StreamEvent): void {
    switch (event.type) {
      case 'CustomerRegistered':
      case 'CustomerUpdated':
        this.terms.push({ status: event.data.status, score: parseMoney(event.data.score) });
        return;
      case 'LoanRequested':
      case 'LoanTaken':
        this.#lend(event);
        return;
      case 'LoanRejected': {
        const loan = this.loans.get(event.data.loan_id) as LedgerLoan;
        loan.status = 'rejected';
        loan.changedBy = event.traceparent ?? '';
        this.debt -= loan.amount;
        return;
      }
      case 'PaymentApplied':
        for (const detail of event.data.details) {
          const amount = parseMoney(detail.amount);
          const loan = this.loans.get(detail.loan_id) as LedgerLoan;
          loan.paid += amount;
          loan.parts.push({ version: event.version, paid: loan.paid });
          this.debt -= amount;
          this.owed -= amount;
        }
        return;
      case 'LoanPaid':
        (this.loans.get(event.data.loan_id) as LedgerLoan).status = 'paid';
        return;
      case 'PaymentRejected':
        return;
      default:
        event satisfies never;
    }
  }

  #lend({ type, data, version, traceparent }: Extract<StreamEvent, { type: 'LoanTaken' | 'LoanRequested' }>): void {
    const known = this.loans.get(data.loan_id);
    const loan: LedgerLoan = known ?? {
      id: data.loan_id,
      externalId: data.external_id,
      amount: parseMoney(data.amount),
      status: 'pending',
      paid: 0n,
      parts: [],
      takenAtMs: 0,
      takenVersion: 0,
      jumped: false,
      changedBy: '',
    };
    loan.changedBy = traceparent ?? '';
    if (known === undefined) {
      this.loans.set(loan.id, loan);
      this.debt += loan.amount;
    }
    if (type !== 'LoanTaken') return;
    loan.takenAtMs = Date.parse(data.taken_at);
    loan.takenVersion = version;
    loan.jumped = [...this.loans.values()].some(
      (other) =>
        other.status === 'active' &&
        other.paid < other.amount &&
        (other.takenAtMs > loan.takenAtMs || (other.takenAtMs === loan.takenAtMs && other.id > loan.id)),
    );
    loan.status = 'active';
    this.owed += loan.amount;
  }
}
