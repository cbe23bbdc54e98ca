/** Concurrent requests of one caller, and requests without a key: races and retries must have no extra effect. */
import { formatMoney } from '@mo/money';
import type { Answer, Call } from './caller.ts';
import type { Conversation } from './conversation.ts';
import { type LoanWish, loanAnswered, loanCall, paymentAnswered, paymentCall } from './operations.ts';

const LOANS_AT_ONCE = 6;

/** Equal loans at once: exactly as many as fit are granted. */
export async function loansAtOnce(talk: Conversation): Promise<void> {
  const { customer, random } = talk;
  const amount = BigInt(random.whole(1, 400)) * 100n;
  const calls = Array.from({ length: LOANS_AT_ONCE }, () => loanCall(talk, { amount }, talk.newKey()));
  const answers = await Promise.all(calls.map((call) => talk.insist(call)));
  // Recorded as if sequential, the granted ones first: the others must be refused.
  const all = calls.map((call, place) => ({ call, answer: answers[place] as Answer }));
  const isGranted = ({ answer }: { answer: Answer }) => answer.status === 201;
  for (const { call, answer } of all.filter(isGranted)) loanAnswered(talk, { amount }, call, answer);
  const fits = customer.standing.status === 'active' && customer.debt + amount <= customer.standing.score;
  for (const { call, answer } of all.filter((one) => !isGranted(one))) {
    customer.saw(answer.token);
    if (answer.status !== 422 || fits) talk.violate(`a loan of ${formatMoney(amount)} still fits`, call, answer);
  }
}

/** The same request twice at once under one key: one effect, and one answer. */
export async function twins(talk: Conversation): Promise<void> {
  const total = talk.customer.owed === 0n ? 100n : BigInt(talk.random.whole(1, Number(talk.customer.owed)));
  const call = paymentCall(talk, total, talk.newKey());
  const [first, second] = await Promise.all([talk.insist(call), talk.insist(call)]);
  if (first.text !== second.text || first.status !== second.status)
    talk.violate(`both are answered with ${first.text}`, call, second);
  paymentAnswered(talk, total, call, first);
}

/** A loan without a key: an unanswered attempt is repeated, and a 409 leads to the loan by its external_id. */
export async function unkeyedLoan(talk: Conversation): Promise<void> {
  const { customer, random } = talk;
  if (customer.available === 0n || customer.standing.status === 'inactive') return;
  const wish: LoanWish = { amount: BigInt(random.whole(1, Number(customer.available))) };
  const call = { ...loanCall(talk, wish, undefined), token: customer.token };
  const answer = await once(talk, call, 'listLoans');
  if (answer !== null) loanAnswered(talk, wish, call, answer);
}

/** The same for a payment. */
export async function unkeyedPayment(talk: Conversation): Promise<void> {
  const { customer, random } = talk;
  if (customer.owed === 0n) return;
  const total = BigInt(random.whole(1, Number(customer.owed)));
  const call = { ...paymentCall(talk, total, undefined), token: customer.token };
  const answer = await once(talk, call, 'listPayments');
  if (answer !== null) paymentAnswered(talk, total, call, answer);
}

/** Sends a write without a key until it is known to be done. @returns its answer; null if the write can't be found */
async function once(talk: Conversation, call: Call, list: 'listLoans' | 'listPayments'): Promise<Answer | null> {
  const first = await talk.caller.attempt(call, talk.timeoutMs);
  if (first !== null) return first;
  const again = await talk.insist(call);
  if (again.status !== 409) return again;
  const { external_id } = call.body as { external_id: string };
  const found = await talk.insist({ id: list, query: { external_id }, token: talk.customer.token });
  const [row] = (found.body.results ?? []) as Record<string, unknown>[];
  if (row !== undefined) return { ...again, status: 201, body: row, token: again.token };
  talk.violate('an entity that causes a 409 exists', call, again);
  return null;
}
