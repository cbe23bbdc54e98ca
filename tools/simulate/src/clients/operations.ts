/**
 * The operations of clients. Each one has its own random source, so omitting one does not change the others. Amounts
 * target the edges of the state at the start: all remaining credit, one cent more, the whole debt.
 */
import type { Stream } from '@mo/contracts';
import type { Money } from '@mo/money';
import { EPOCH_MS } from '../engine/process.ts';
import { Random } from '../engine/random.ts';
import type { Ledger } from '../oracle/commits.ts';
import type { Customer } from '../oracle/ledger.ts';
import type { Request } from './requests.ts';

/** The behaviour of a seed's clients. */
export interface Habits {
  readonly clients: number;
  readonly customers: number;
  readonly thinkMsMax: number;
  readonly keyShare: number;
  readonly twinShare: number;
  readonly tokenShare: number;
  readonly backdatedShare: number;
  readonly patchShare: number;
}

/**
 * The share of seeds in which all clients use one customer concurrently, so that refusals become outdated while they
 * are being confirmed.
 */
const SHARE_BUSY_SEEDS = 0.2;

export function drawHabits(seed: number): Habits {
  const random = new Random(seed, 'habits');
  const isBusy = random.chance(SHARE_BUSY_SEEDS);
  return {
    clients: isBusy ? 8 + random.below(9) : 2 + random.below(9),
    customers: isBusy ? 1 : 1 + random.below(4),
    thinkMsMax: isBusy ? 5 : random.pick([5, 30, 120]),
    keyShare: random.pick([0.3, 0.7, 1]),
    twinShare: random.pick([0, 0.1, 0.3]),
    tokenShare: random.pick([0, 0.3, 0.8]),
    backdatedShare: random.pick([0, 0.15, 0.5]),
    patchShare: random.pick([0.05, 0.12, 0.25]),
  };
}

const nameOfCustomer = (place: number): string => `customer-${place}`;

/** The request of an operation; null if there is no entity for it. */
export function drawRequest(operation: number, random: Random, habits: Habits, ledger: Ledger, nowMs: number): Request {
  const name = nameOfCustomer(random.below(habits.customers));
  const customer = ledger.byName.get(name);
  const draw = random.next();
  if (customer === undefined && draw < 0.7) return registration(name, random);
  if (draw < 0.02) return registration(name, random);
  if (draw < 0.02 + habits.patchShare) return patch(customer, random);
  const rest = random.next();
  if (rest < 0.75) {
    return isLoanWanted(customer, random)
      ? loan(operation, name, customer, random, habits, nowMs)
      : payment(operation, name, customer, random);
  }
  if (rest < 0.87) return onPending(customer, random) ?? loan(operation, name, customer, random, habits, nowMs);
  if (rest < 0.96) return { kind: 'balance', customerId: idOf(customer, random) };
  const stream: Stream = random.pick(['loans', 'payments']);
  return { kind: 'list', stream, customerId: idOf(customer, random) };
}

/** Prefers a loan if nothing is owed, and a payment if no credit is left: otherwise most would be refused. */
function isLoanWanted(customer: Customer | undefined, random: Random): boolean {
  const wanted = random.chance(0.53);
  const isHopeless = wanted ? roomOf(customer) <= 0n : (customer?.owed ?? 0n) === 0n;
  return isHopeless && random.chance(0.6) ? !wanted : wanted;
}

/** The remaining credit. */
function roomOf(customer: Customer | undefined): Money {
  return (customer?.termsAt(customer.terms.length).score ?? 10_000n) - (customer?.debt ?? 0n);
}

/** The id of an unknown customer is one that may be assigned soon. */
const idOf = (customer: Customer | undefined, random: Random): number => customer?.id ?? 1 + random.below(8);

function registration(externalId: string, random: Random): Request {
  const score = random.pick([0n, 10_000n, 30_000n, 100_000n]);
  return { kind: 'register', externalId, score, status: random.chance(0.1) ? 'inactive' : 'active' };
}

function patch(customer: Customer | undefined, random: Random): Request {
  const customerId = idOf(customer, random);
  if (random.chance(0.35)) return { kind: 'patch', customerId, status: random.chance(0.4) ? 'inactive' : 'active' };
  const debt = customer?.debt ?? 0n;
  const score = random.pick([
    debt,
    debt + 2_500n,
    debt + 5_000n,
    debt > 0n ? debt - 1n : 0n,
    0n,
    20_000n,
    50_000n,
    100_000n,
  ]);
  return random.chance(0.15)
    ? { kind: 'patch', customerId, score, status: 'active' }
    : { kind: 'patch', customerId, score };
}

function namesOf(name: string, customer: Customer | undefined, random: Random) {
  const customerId = idOf(customer, random);
  const way = random.next();
  if (customer === undefined || way < 0.35) return { customer_external_id: name };
  return way < 0.9 ? { customer_id: customerId } : { customer_id: customerId, customer_external_id: name };
}

function loan(
  operation: number,
  name: string,
  customer: Customer | undefined,
  random: Random,
  habits: Habits,
  nowMs: number,
): Request {
  const room = roomOf(customer);
  const isPending = random.chance(0.2);
  const isBackdated = !isPending && random.chance(habits.backdatedShare);
  return {
    kind: 'take',
    names: namesOf(name, customer, random),
    externalId: random.chance(0.03) ? `loan-${random.below(operation + 1)}` : `loan-${operation}`,
    amount: atLeastOne(random.pick([room, room, room / 2n, room / 3n, room + 1n, 1_000n, 2_500n])),
    isPending,
    takenAtMs: isBackdated
      ? Math.floor(Math.max(EPOCH_MS - 5_000, nowMs - 1 - random.below(random.pick([50, 2_000]))))
      : null,
  };
}

function payment(operation: number, name: string, customer: Customer | undefined, random: Random): Request {
  const owed = customer?.owed ?? 0n;
  return {
    kind: 'pay',
    names: namesOf(name, customer, random),
    externalId: random.chance(0.03) ? `payment-${random.below(operation + 1)}` : `payment-${operation}`,
    amount: atLeastOne(random.pick([owed, owed, owed / 2n, owed / 3n, owed - 1n, owed + 1n, 700n])),
  };
}

function onPending(customer: Customer | undefined, random: Random): Request | null {
  const loans = [...(customer?.loans.values() ?? [])];
  const pending = loans.filter((candidate) => candidate.status === 'pending');
  const choice = pending.length > 0 && random.chance(0.9) ? pending : loans;
  if (choice.length === 0) return null;
  return { kind: random.chance(0.65) ? 'activate' : 'reject', loanId: random.pick(choice).id };
}

const atLeastOne = (amount: Money): Money => (amount < 1n ? 500n : amount);
