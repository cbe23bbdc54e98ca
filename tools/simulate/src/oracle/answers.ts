/**
 * Checks every answer against the plain model, at the instants between request and answer. A refusal must be right at
 * one of these instants; acknowledged effects must exist; replayed answers must be equal.
 */
import { type ConsistencyToken, STREAMS } from '@mo/contracts';
import { parseMoney } from '@mo/money';
import type { Given, Request, Sent } from '../clients/requests.ts';
import { type Ledger, nameOf } from './commits.ts';
import { type Customer, NOTHING, type Point } from './ledger.ts';
import { tells, wasAvailable } from './tells.ts';
import type { Report } from './violation.ts';

/** An answer, with the steps of its first request and of its arrival. */
export interface Answered {
  readonly operation: string;
  readonly attempt: string;
  readonly sent: Sent;
  readonly given: Given;
  /** Whether its token names versions that may not exist. */
  readonly isForged: boolean;
  readonly startStep: number;
  readonly endStep: number;
}

type Body = Record<string, unknown>;

/** The status of success; 202 for a PATCH that is not enforced yet. */
const DONE = {
  register: 201,
  take: 201,
  pay: 201,
  patch: 200,
  activate: 200,
  reject: 200,
  balance: 200,
  list: 200,
} as const satisfies Record<Request['kind'], number>;

const isReplay = ({ answer }: Given): boolean => answer.headers?.['idempotency-replayed'] === 'true';

export class AnswerCheck {
  readonly #report: Report;
  readonly #ledger: Ledger;
  /** Whether there are no faults, so no request need be rejected as unavailable. */
  isCalm: boolean;
  readonly #replays = new Map<string, string>();

  constructor(report: Report, ledger: Ledger, isCalm: boolean) {
    this.#report = report;
    this.#ledger = ledger;
    this.isCalm = isCalm;
  }

  check(answered: Answered): void {
    const { sent, given } = answered;
    const { status } = given.answer;
    const body = JSON.parse(given.answer.body) as Body;
    const wrong = (rule: string, detail = ''): void =>
      this.#report(rule, `${answered.attempt} ${show(sent.request)} → ${status} ${given.answer.body} ${detail}`);
    if (status >= 500) {
      if (status !== 503) wrong('no internal errors');
      else if (this.isCalm && !answered.isForged && !String(body.detail).includes('the refusal could not be confirmed'))
        wrong('nothing is unavailable without a fault');
      return;
    }
    if (this.isCalm && status === 202) wrong('nothing is unavailable without a fault');
    this.#checkSame(answered, wrong);
    this.#checkBeyond(sent.token, wrong);
    if (!isReplay(given) && given.answer.token !== null) checkToken(sent.token, given.answer.token, wrong);
    if (status < 300) this.#checkDone(answered, body, wrong);
    else this.#checkRefusal(answered, body, wrong);
  }

  /** Checks a used key that came with another body. */
  checkReused({ attempt, given }: Pick<Answered, 'attempt' | 'given'>): void {
    const { status, body } = given.answer;
    if (status !== 503 && (JSON.parse(body) as Body).code !== 'idempotency_key_reused')
      this.#report('a key belongs to one body', `${attempt} → ${status} ${body}`);
  }

  /** A token of nonexistent versions can't have been satisfied. */
  #checkBeyond(token: ConsistencyToken | null, wrong: Wrong): void {
    if (token === null) return;
    const versions = this.#ledger.tokenOf(token.customerId)?.versions;
    if (versions === undefined || STREAMS.some((stream) => token.versions[stream] > versions[stream]))
      wrong('a token is honoured', `sent ${JSON.stringify(token.versions)}, there is ${JSON.stringify(versions)}`);
  }

  /** All stored answers under a key are equal, byte for byte. */
  #checkSame({ operation, sent, given }: Answered, wrong: Wrong): void {
    const { status, body } = given.answer;
    if (sent.key === null || status === 400 || status === 404) return;
    const before = this.#replays.get(operation);
    const now = `${status === 202 ? 200 : status} ${body}`;
    if (before !== undefined && before !== now) wrong('a key has one answer', `before: ${before}`);
    this.#replays.set(operation, now);
  }

  #checkDone(answered: Answered, body: Body, wrong: Wrong): void {
    const { request } = answered.sent;
    const { status } = answered.given.answer;
    if (status !== DONE[request.kind] && !(request.kind === 'patch' && status === 202))
      wrong('each outcome has its own status');
    switch (request.kind) {
      case 'balance':
        this.#checkBalance(answered, body, wrong);
        return;
      case 'list':
        return;
      case 'patch':
        this.#checkPatch(answered, body, wrong);
        return;
      case 'register':
      case 'take':
      case 'activate':
      case 'reject':
      case 'pay':
        this.#checkEffect(answered, body, wrong);
        return;
      default:
        request satisfies never;
    }
  }

  /** An acknowledged effect exists, as the answer describes it. */
  #checkEffect(answered: Answered, body: Body, wrong: Wrong): void {
    const { request } = answered.sent;
    const effect = this.#ledger.effects.get(answered.sent.key === null ? answered.attempt : answered.operation);
    if (effect === undefined) {
      wrong('nothing acknowledged is lost');
      return;
    }
    if (!isReplay(answered.given) && effect.traceparent !== answered.attempt)
      wrong('an answer matches its effect', `${nameOf(effect)} is of ${effect.traceparent}`);
    if (!tells(effect, body)) wrong('an answer matches its effect', `${nameOf(effect)} ${JSON.stringify(effect.data)}`);
    if (effect.type === 'PaymentRejected') {
      const { amount } = request as Extract<Request, { kind: 'pay' }>;
      this.#mustHold(
        answered,
        wrong,
        (customer, point) => point.version > 0 && amount > point.owed && customer !== null,
      );
    }
  }

  #checkPatch({ given, sent }: Answered, body: Body, wrong: Wrong): void {
    const request = sent.request as Extract<Request, { kind: 'patch' }>;
    const version = given.answer.token?.versions.customers ?? 0;
    const terms = this.#ledger.customers.get(request.customerId)?.termsAt(version);
    const isSame =
      terms !== undefined &&
      terms.status === body.status &&
      terms.score === parseMoney(body.score as string) &&
      (request.score === undefined || request.score === terms.score) &&
      (request.status === undefined || request.status === terms.status);
    if (!isSame) wrong('an answer matches its effect', `version ${version}`);
  }

  #checkBalance({ given, sent, startStep, endStep }: Answered, body: Body, wrong: Wrong): void {
    const { customerId } = sent.request as Extract<Request, { kind: 'balance' }>;
    const customer = this.#ledger.customers.get(customerId);
    const versions = given.answer.token?.versions;
    if (customer === undefined || versions === undefined) {
      wrong('an answer matches its effect');
      return;
    }
    const debt = customer.debtAt(versions.loans, versions.payments);
    if (parseMoney(body.total_debt as string) !== debt) wrong('a balance is a causal cut', `debt ${debt}`);
    for (const event of customer.streams.payments.slice(0, versions.payments))
      if ((event.seen.loans ?? 0) > versions.loans)
        wrong('a balance is a causal cut', `without the cause of ${nameOf(event)}`);
    const score = parseMoney(body.score as string);
    const isRight = [...customer.during(startStep, endStep)].some(
      (point) => point.version === versions.customers && customer.termsAt(point.version).score === score,
    );
    if (!isRight) wrong('a balance shows the score', `version ${versions.customers}`);
  }

  #checkRefusal(answered: Answered, body: Body, wrong: Wrong): void {
    const { request } = answered.sent;
    const { code } = body;
    const right = (holds: Holds): void => this.#mustHold(answered, wrong, holds);
    switch (code) {
      case 'not_found':
        if (request.kind === 'activate' || request.kind === 'reject') wrong('a refusal is right');
        else right((_customer, point) => point.version === 0);
        return;
      case 'customer_not_found':
        right((_customer, point) => point.version === 0);
        return;
      case 'customer_inactive':
        right((customer, _point, version) => customer?.termsAt(version).status === 'inactive');
        return;
      case 'credit_limit_exceeded': {
        const more = request.kind === 'take' ? request.amount : 0n;
        const available = parseMoney(body.available_amount as string);
        if (request.kind === 'take' && available >= more) wrong('a refusal is right', 'it would fit');
        if (!wasAvailable(this.#customerOf(request), answered, available))
          wrong('a refusal states the available amount');
        right((customer, point, version) => customer !== null && point.debt + more > customer.termsAt(version).score);
        return;
      }
      case 'already_exists':
        this.#checkTaken(answered, wrong);
        return;
      case 'loan_not_pending':
        this.#checkNotPending(answered, wrong);
        return;
      case 'invalid_request':
        if (!(request.kind === 'take' && request.takenAtMs !== null)) wrong('a refusal is right');
        return;
      default:
        wrong('a refusal is right', 'an unknown code');
    }
  }

  #checkTaken({ attempt, operation, sent }: Answered, wrong: Wrong): void {
    const { request } = sent;
    const resource = { register: 'customers', take: 'loans', pay: 'payments' }[
      request.kind as 'register' | 'take' | 'pay'
    ];
    const claim = this.#ledger.claims.get(`${resource}:${'externalId' in request ? request.externalId : ''}`);
    if (claim === undefined || claim.attempt === attempt) wrong('a refusal is right', 'the name is free');
    else if (sent.key !== null && claim.attempt.startsWith(`${operation}-`))
      wrong('a refusal is right', 'it is its own');
  }

  #checkNotPending({ operation, sent }: Answered, wrong: Wrong): void {
    const { loanId } = sent.request as Extract<Request, { kind: 'activate' }>;
    const loan = this.#ledger.customerOfLoan(loanId)?.loans.get(loanId);
    if (loan === undefined || loan.status === 'pending') wrong('a refusal is right', `the loan is ${loan?.status}`);
    else if (sent.key !== null && loan.changedBy.startsWith(`${operation}-`))
      wrong('a refusal is right', 'it is its own');
  }

  /**
   * The refusal is right at some instant, by the debt at that instant and by terms that had not certainly been replaced
   * by then, or by the time of the request: refusals must be based on fresh data.
   */
  #mustHold({ sent, startStep, endStep }: Answered, wrong: Wrong, holds: Holds): void {
    const customer = this.#customerOf(sent.request);
    if (customer === null) {
      if (!holds(null, NOTHING, 0)) wrong('a refusal is right', 'nobody knows the customer');
      return;
    }
    const told = sent.token?.customerId === customer.id ? sent.token.versions.customers : 0;
    const fresh = Math.max(told, customer.versionAt(startStep));
    for (const point of customer.during(startStep, endStep)) {
      const oldest = Math.min(point.version, Math.max(customer.firmAt(point.from), fresh));
      for (let version = point.version; version >= oldest; version -= 1) if (holds(customer, point, version)) return;
    }
    wrong('a refusal is right', JSON.stringify([...customer.during(startStep, endStep)], asText));
  }

  #customerOf(request: Request): Customer | null {
    const { customers, byName } = this.#ledger;
    switch (request.kind) {
      case 'take':
      case 'pay': {
        const { customer_id: id, customer_external_id: name } = request.names;
        return (id === undefined ? byName.get(name ?? '') : customers.get(id)) ?? null;
      }
      case 'activate':
      case 'reject':
        return this.#ledger.customerOfLoan(request.loanId) ?? null;
      case 'register':
        return byName.get(request.externalId) ?? null;
      case 'patch':
      case 'balance':
      case 'list':
        return customers.get(request.customerId) ?? null;
      default:
        return request satisfies never;
    }
  }
}

type Wrong = (rule: string, detail?: string) => void;
type Holds = (customer: Customer | null, point: Point, version: number) => boolean;

function checkToken(sent: ConsistencyToken | null, given: ConsistencyToken, wrong: Wrong): void {
  if (sent === null || sent.customerId !== given.customerId) return;
  if (STREAMS.some((stream) => given.versions[stream] < sent.versions[stream]))
    wrong('a token is honoured', `sent ${JSON.stringify(sent.versions)}, found ${JSON.stringify(given.versions)}`);
}

const asText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

export const show = (request: Request): string => JSON.stringify(request, asText);
