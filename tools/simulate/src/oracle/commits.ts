/**
 * Checks every commit at its instant, for the customers that it affects. Versions are contiguous; each followed event
 * is applied once, in order and after its causes; no gap is forgotten; and each decision is right in the plain model.
 */
import type { ConsistencyToken, Stream, StreamEvent } from '@mo/contracts';
import type { Account, BatchChanges } from '@mo/messaging';
import { parseMoney } from '@mo/money';
import type { Request } from '../clients/requests.ts';
import { Customer, type LedgerLoan } from './ledger.ts';
import type { Report } from './violation.ts';

/** The name of an attempt in events: operation and attempt number. */
export const attemptName = (operation: number, attempt: number): string => `op-${operation}-${attempt}`;

export interface OracleOptions {
  report: Report;
  step: () => number;
  attempt: (name: string) => Attempt;
}

/** An attempt of an operation, as sent. */
export interface Attempt {
  readonly startStep: number;
  /** The unit that has at most one effect: the operation if it has a key, otherwise the attempt. */
  readonly operation: string;
  readonly request: Request | null;
}

/** The last applied version, by service and stream, for one customer. */
type Progress = Record<Stream, Record<Stream, number>>;

export class Ledger {
  readonly customers = new Map<number, Customer>();
  readonly byName = new Map<string, Customer>();
  /** The attempt and step that took an external_id, by resource and name. */
  readonly claims = new Map<string, { readonly attempt: string; readonly step: number }>();
  readonly effects = new Map<string, StreamEvent>();
  /** The last step at which payments could not be informed in time of a customer's loans version. */
  readonly #loose = new Map<string, number>();
  readonly #options: OracleOptions;
  readonly #progress = new Map<number, Progress>();
  readonly #behind = new Map<string, number>();

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  /** Checks a commit of a service. */
  committed(service: Stream, { accounts, applied, written }: BatchChanges<Account>, lockedMs: number): void {
    for (const event of applied) this.#checkApplied(service, event);
    for (const event of written) this.#record(service, event, lockedMs);
    for (const { after } of accounts) this.#checkProgress(service, after);
  }

  /** Records that a loans version was answered although payments could not apply it in time. */
  loosen(customerId: number, version: number): void {
    this.#loose.set(`${customerId}-${version}`, this.#options.step());
  }

  /** Whether that has been so since a step. */
  isLoose(customerId: number, version: number, sinceStep: number): boolean {
    return (this.#loose.get(`${customerId}-${version}`) ?? -1) >= sinceStep;
  }

  customerOfLoan(loanId: number): Customer | undefined {
    return [...this.customers.values()].find(({ loans }) => loans.has(loanId));
  }

  /** A token of a customer's current versions; null if there are none. */
  tokenOf(customerId: number): ConsistencyToken | null {
    const streams = this.customers.get(customerId)?.streams;
    if (streams === undefined) return null;
    const { customers, loans, payments } = streams;
    return { customerId, versions: { customers: customers.length, loans: loans.length, payments: payments.length } };
  }

  /** Whether a follower knows of an event, applied or not. */
  knows(service: Stream, { stream, customer_id, version }: StreamEvent): boolean {
    const applied = this.#progressOf(customer_id)[service][stream];
    return version <= Math.max(applied, this.#behind.get(`${service}-${stream}-${customer_id}`) ?? 0);
  }

  applied(service: Stream, stream: Stream, customerId: number): number {
    return this.#progressOf(customerId)[service][stream];
  }

  #progressOf(customerId: number): Progress {
    let progress = this.#progress.get(customerId);
    if (progress === undefined) {
      const none = () => ({ customers: 0, loans: 0, payments: 0 });
      progress = { customers: none(), loans: none(), payments: none() };
      this.#progress.set(customerId, progress);
    }
    return progress;
  }

  #checkApplied(service: Stream, event: StreamEvent): void {
    const { report } = this.#options;
    const progress = this.#progressOf(event.customer_id)[service];
    const what = `${service} applied ${nameOf(event)}`;
    if (event.version !== progress[event.stream] + 1)
      report('each event once, in version order', `${what} after version ${progress[event.stream]}`);
    const truth = this.customers.get(event.customer_id)?.streams[event.stream][event.version - 1];
    if (truth?.type !== event.type || JSON.stringify(truth.data) !== JSON.stringify(event.data))
      report('an event is what its owner wrote', what);
    for (const [cause, version] of Object.entries(event.seen) as [Stream, number][]) {
      if (cause !== service && version > progress[cause])
        report(
          'every effect after its cause',
          `${what}, decided on ${cause} ${version}, at ${cause} ${progress[cause]}`,
        );
    }
    progress[event.stream] = event.version;
  }

  #checkProgress(service: Stream, account: Account): void {
    const { report } = this.#options;
    const progress = this.#progressOf(account.customerId)[service];
    for (const stream of Object.keys(account.applied) as Stream[]) {
      const applied = account.applied[stream] ?? 0;
      if (applied !== progress[stream])
        report(
          'an event counted as applied was applied',
          `${service} counts ${stream} ${applied}, not ${progress[stream]}`,
        );
      const key = `${service}-${stream}-${account.customerId}`;
      const known = this.#behind.get(key) ?? 0;
      const behind = account.behind[stream] ?? 0;
      if (known > applied && behind < known)
        report(
          'a gap is open until the highest version seen',
          `${key} is at ${applied} and forgot ${known} for ${behind}`,
        );
      this.#behind.set(key, Math.max(known, behind));
    }
  }

  #record(service: Stream, event: StreamEvent, lockedMs: number): void {
    const { report, step } = this.#options;
    const customer = this.#customerOf(event);
    const name = nameOf(event);
    if (event.stream !== service || event.version !== customer.streams[service].length + 1)
      report('versions without gaps', `${name} after ${customer.streams[service].length}`);
    const before = customer.streams[service].at(-1);
    if (before !== undefined && before.time > event.time) report('time never goes back for a customer', name);
    if (Date.parse(event.time) < lockedMs) report('now is taken after the locks', `${name} at ${event.time}`);
    if (event.type === 'LoanTaken') this.#checkTime(event);
    this.#progressOf(event.customer_id)[service][service] = event.version;
    if (event.type !== 'LoanPaid') this.#noteEffect(event);
    if (event.type === 'PaymentApplied') this.#checkSpread(customer, event);
    if (event.type === 'LoanPaid') checkPaid(report, customer, event.data.loan_id);
    if (event.type === 'LoanTaken' || event.type === 'LoanRejected') this.#checkPending(customer, event);
    customer.record(event, step());
    if (event.type === 'LoanTaken' || event.type === 'LoanRequested') this.#checkGrant(customer, event);
  }

  #customerOf({ customer_id: id, data }: StreamEvent): Customer {
    let customer = this.customers.get(id);
    if (customer === undefined) {
      customer = new Customer(id, data.customer_external_id);
      this.customers.set(id, customer);
      this.byName.set(customer.externalId, customer);
    }
    return customer;
  }

  #noteEffect(event: StreamEvent): void {
    const { report, step, attempt: attemptOf } = this.#options;
    const attempt = event.traceparent ?? '';
    const { operation } = attemptOf(attempt);
    if (this.effects.has(operation)) report('an operation has one effect', `${operation} has ${nameOf(event)} too`);
    this.effects.set(operation, event);
    const isClaim = event.type !== 'CustomerUpdated' && event.type !== 'LoanRejected';
    if (!isClaim || (event.type === 'LoanTaken' && event.data.requested)) return;
    const name = event.type === 'CustomerRegistered' ? event.data.customer_external_id : event.data.external_id;
    const claim = `${event.stream}:${name}`;
    if (this.claims.has(claim)) report('an external_id is taken once', claim);
    this.claims.set(claim, { attempt, step: step() });
  }

  /** A loan's taken_at is the time of the decision unless the caller sets it. */
  #checkTime(event: StreamEvent & { type: 'LoanTaken' }): void {
    const { request } = this.#options.attempt(event.traceparent ?? '');
    const isTold = request?.kind === 'take' && request.takenAtMs !== null;
    if (!isTold && event.data.taken_at !== event.time)
      this.#options.report(
        'a loan is taken when it is decided',
        `${nameOf(event)} at ${event.time}: ${event.data.taken_at}`,
      );
  }

  #checkPending(customer: Customer, event: StreamEvent & { type: 'LoanTaken' | 'LoanRejected' }): void {
    if (event.type === 'LoanTaken' && !event.data.requested) return;
    const status = customer.loans.get(event.data.loan_id)?.status;
    if (status !== 'pending')
      this.#options.report('only a pending loan is activated or rejected', `${nameOf(event)}: ${status}`);
  }

  /** At each grant, the debt fits a score that was valid, and not one whose reduction had been confirmed with 200. */
  #checkGrant(customer: Customer, event: StreamEvent): void {
    const { step, report } = this.#options;
    const { customers: seen = 0 } = event.seen;
    const firm = customer.firmAt(step());
    if (seen < firm || seen > this.#progressOf(customer.id).loans.customers)
      report('no grant against a firm restriction', `${nameOf(event)} on customers ${seen}, firm is ${firm}`);
    const { status, score } = customer.termsAt(seen);
    if (status !== 'active' || customer.debt > score)
      report('a grant fits the score', `${nameOf(event)}: debt ${customer.debt}, score ${score}, ${status}`);
  }

  /** Oldest first, over all loans except those that may still sort after the payment. */
  #checkSpread(customer: Customer, event: StreamEvent & { type: 'PaymentApplied' }): void {
    const { attempt, report } = this.#options;
    const { data } = event;
    const total = parseMoney(data.total_amount);
    const parts = data.details.map((detail) => ({ loanId: detail.loan_id, amount: parseMoney(detail.amount) }));
    const sum = parts.reduce((before, part) => before + part.amount, 0n);
    if (sum !== total) report('the details sum to the total', `${nameOf(event)} of ${total}: ${text(parts)}`);
    const all = customer.spread(total, Infinity);
    if (isSame(all, parts)) return;
    const from = customer.settledAt(attempt(event.traceparent ?? '').startStep);
    const cuts = [...customer.loans.values()].map((loan) => Math.max(from, loan.takenVersion));
    if (!cuts.some((version) => isSame(customer.spread(total, version), parts)))
      report('oldest first', `${nameOf(event)} of ${total}: ${text(parts)}, not ${text(all)}`);
  }
}

function checkPaid(report: Report, customer: Customer, loanId: number): void {
  const loan = customer.loans.get(loanId) as LedgerLoan;
  if (loan.paid !== loan.amount || loan.status !== 'active')
    report('a loan is paid when it is paid off', `${loan.id}: ${loan.paid} of ${loan.amount}, ${loan.status}`);
}

export const nameOf = ({ type, stream, customer_id, version }: StreamEvent): string =>
  `${type} ${stream}-${customer_id}-${version}`;

type Parts = readonly { loanId: number; amount: bigint }[];

const isSame = (parts: Parts | null, others: Parts): boolean => parts !== null && text(parts) === text(others);

const text = (parts: Parts | null): string =>
  parts === null ? 'more than is owed' : parts.map(({ loanId, amount }) => `${loanId}:${amount}`).join(' ');
