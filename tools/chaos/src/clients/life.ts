/** The life of a caller: one customer after another, each with some dozens of sequential operations. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseToken } from '@mo/contracts';
import { formatMoney } from '@mo/money';
import { type Call, noteEnd } from './caller.ts';
import { type CallerParts, Conversation } from './conversation.ts';
import { CustomerModel } from './customer-model.ts';
import { backdated, change, decideOn, pay, takeLoan } from './operations.ts';
import { readSomething } from './reads.ts';
import { replay, reuseKey, takenName } from './repeats.ts';
import { loansAtOnce, twins, unkeyedLoan, unkeyedPayment } from './together.ts';

const OPERATIONS_PER_CUSTOMER = 40;
const SCORE_MAX = 5_000;
const PAUSE_MS_MAX = 80;

type Step = (talk: Conversation) => Promise<unknown>;

/** Runs until `isOver` returns true. */
export async function live(parts: CallerParts, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const customer = await register(parts).catch((error: unknown) => noteEnd(parts.tally, error));
    if (!customer) continue;
    parts.ledger.customers.push(customer);
    const talk = new Conversation(customer, parts);
    const keyedBefore = parts.ledger.keyed.length;
    try {
      for (let step = 0; step < OPERATIONS_PER_CUSTOMER && !isOver(); step += 1) {
        await next(talk, ownKeyed(parts, keyedBefore, customer))(talk);
        await delay(parts.random.whole(0, PAUSE_MS_MAX));
      }
    } catch (error) {
      noteEnd(parts.tally, error);
      parts.ledger.unknown.add(customer);
    }
  }
}

async function register({ caller, random, nameOf, tally }: CallerParts): Promise<CustomerModel | null> {
  const score = BigInt(random.whole(1, SCORE_MAX)) * 100n;
  const externalId = nameOf('customer');
  const call: Call = {
    id: 'createCustomer',
    body: { external_id: externalId, score: formatMoney(score) },
    key: nameOf('key'),
  };
  const answer = await caller.insist(call, 5_000);
  const token = parseToken(answer.token ?? '');
  if (answer.status !== 201 || token === null) {
    tally.violate('a customer is registered', `${JSON.stringify(call)}: ${answer.status} ${answer.text}`);
    return null;
  }
  return new CustomerModel(answer.body.id as number, externalId, { score, status: 'active' }, token);
}

function next(talk: Conversation, past: readonly { call: Call; status: number; text: string }[]): Step {
  const { random, customer } = talk;
  const amount = () => BigInt(random.whole(100, Math.max(100, Number(customer.standing.score) / 2)));
  const part = () => BigInt(random.whole(1, Math.max(1, Number(customer.owed))));
  const loan = customer.loans.length === 0 ? undefined : random.pick(customer.loans);
  const pending = customer.loans.find(({ status }) => status === 'pending');
  const decided = random.chance(0.85) ? (pending ?? loan) : loan;
  const decision: Step = (of) =>
    decided === undefined
      ? takeLoan(of, { amount: amount() })
      : decideOn(of, decided, random.pick(['activate', 'reject']));
  return random.weighted<Step>([
    [20, (of) => takeLoan(of, { amount: amount() })],
    [8, (of) => takeLoan(of, { amount: amount(), status: 'pending' })],
    [7, (of) => takeLoan(of, { amount: amount(), takenAt: backdated(random.next()) })],
    [9, decision],
    [18, (of) => pay(of, part())],
    [4, (of) => pay(of, customer.owed + 1n)],
    [3, (of) => (customer.owed === 0n ? readSomething(of) : pay(of, customer.owed))],
    [6, (of) => change(of, { score: BigInt(random.whole(0, SCORE_MAX)) * 100n })],
    [2, (of) => change(of, { status: 'inactive' })],
    [customer.standing.status === 'inactive' ? 20 : 0, (of) => change(of, { status: 'active' })],
    [22, readSomething],
    [4, loansAtOnce],
    [3, twins],
    [4, unkeyedLoan],
    [4, unkeyedPayment],
    [5, (of) => replay(of, past)],
    [1, (of) => reuseKey(of, past)],
    [3, takenName],
  ]);
}

/** This customer's answers under keys; answers before its creation can't be among them. */
function ownKeyed({ ledger }: CallerParts, from: number, { id, externalId }: CustomerModel) {
  return ledger.keyed.slice(from).filter(({ call }) => {
    const body = call.body as { customer_id?: number; customer_external_id?: string } | undefined;
    const isInBody = body?.customer_id === id || body?.customer_external_id === externalId;
    return isInBody || call.params?.customer_id === id;
  });
}
