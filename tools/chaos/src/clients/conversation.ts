/** A caller and its customer: calls, idempotency keys and tokens, and checks of the answers. */

import type { Random } from '@mo/dev-stack/random';
import { formatMoney, parseMoney } from '@mo/money';
import type { Ledger } from '../ledger.ts';
import type { Tally } from '../tally.ts';
import {
  type Answer,
  ATTEMPT_TIMEOUTS_MS,
  type Call,
  type Caller,
  IMPATIENT_TIMEOUT_MS_MAX,
  PATIENCE_TURN_MS,
  textOf,
} from './caller.ts';
import type { CustomerModel } from './customer-model.ts';

const TOKEN_SHARE = 0.6;

export interface CallerParts {
  readonly caller: Caller;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly random: Random;
  /** Generates unique names. */
  readonly nameOf: (kind: string) => string;
}

export class Conversation {
  readonly customer: CustomerModel;
  readonly random: Random;
  readonly nameOf: (kind: string) => string;
  readonly caller: Caller;
  readonly #parts: CallerParts;

  constructor(customer: CustomerModel, parts: CallerParts) {
    this.customer = customer;
    this.#parts = parts;
    this.random = parts.random;
    this.nameOf = parts.nameOf;
    this.caller = parts.caller;
  }

  get timeoutMs(): number {
    const timeoutMs = this.random.pick(ATTEMPT_TIMEOUTS_MS);
    const isPatientTurn = Math.floor(performance.now() / PATIENCE_TURN_MS) % 2 === 0;
    return isPatientTurn ? timeoutMs : Math.min(timeoutMs, IMPATIENT_TIMEOUT_MS_MAX);
  }

  newKey(): string {
    return this.nameOf('key');
  }

  /** The customer's token or none, at random: correct decisions must not depend on it. */
  tokenNow(): string | null {
    return this.random.chance(TOKEN_SHARE) ? this.customer.token : null;
  }

  /** Retries until there is an answer, and records it if the call has a key. */
  async insist(call: Call): Promise<Answer> {
    const answer = await this.caller.insist(call, this.timeoutMs);
    if (call.key !== undefined && isKept(answer)) {
      this.#parts.ledger.keyed.push({ call, status: answer.status, text: answer.text });
    }
    return answer;
  }

  violate(rule: string, call: Call, answer: Answer): void {
    const { customer } = this;
    const loans = customer.loans.map(
      (loan) => `${loan.id} ${loan.status} ${formatMoney(loan.outstanding)} of ${formatMoney(loan.amount)}`,
    );
    const { score, status } = customer.standing;
    const known = `customer ${customer.id}: ${status}, score ${formatMoney(score)}, loans ${loans.join('; ') || 'none'}`;
    const what = `${textOf(call)} was answered (attempt ${answer.attempts}) with ${answer.status} ${answer.text}`;
    this.#parts.tally.violate(rule, `${what} (token ${answer.token}); ${known}`);
  }

  /** Compares members of an answer's body with the expected values. */
  expect(call: Call, answer: Answer, members: Readonly<Record<string, unknown>>): void {
    for (const [name, expected] of Object.entries(members)) {
      if (asText(name, answer.body[name]) !== asText(name, expected))
        this.violate(`${name} is ${asText(name, expected)}`, call, answer);
    }
  }
}

/** Answers that are stored under their key: 2xx, 409, and 422 of business rules. */
const isKept = ({ status }: Answer): boolean => status < 300 || status === 409 || status === 422;

function asText(name: string, value: unknown): string {
  if (name !== 'details' || !Array.isArray(value)) return String(value);
  return (value as { loan_id: number; amount: string }[])
    .map(({ loan_id, amount }) => `${loan_id}: ${formatMoney(parseMoney(amount))}`)
    .join(', ');
}
