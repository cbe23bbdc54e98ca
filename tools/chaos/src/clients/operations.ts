/**
 * The operations of a caller on its customer. Each answer must be the one that the model predicts, and updates the
 * model.
 */
import { formatMoney, parseMoney } from '@mo/money';
import type { Answer, Call } from './caller.ts';
import type { Conversation } from './conversation.ts';
import type { LoanModel, Standing } from './customer-model.ts';

const MAXIMUM_PAYMENT_DATE = '2031-01-01T00:00:00.000Z';
const BACKDATED_MS_MAX = 30 * 86_400_000;

export interface LoanWish {
  readonly amount: bigint;
  readonly status?: 'pending';
  readonly takenAt?: string;
}

/** A past time, as from a caller that records loans and payments late. */
export const backdated = (share: number): string =>
  new Date(Date.now() - 1_000 - Math.floor(share * BACKDATED_MS_MAX)).toISOString();

export function loanCall(talk: Conversation, wish: LoanWish, key: string | undefined): Call {
  const { customer } = talk;
  const body = {
    external_id: talk.nameOf('loan'),
    ...(talk.random.chance(0.5) ? { customer_id: customer.id } : { customer_external_id: customer.externalId }),
    amount: formatMoney(wish.amount),
    maximum_payment_date: MAXIMUM_PAYMENT_DATE,
    ...(wish.status === undefined ? {} : { status: wish.status }),
    ...(wish.takenAt === undefined ? {} : { taken_at: wish.takenAt }),
  };
  return { id: 'takeLoan', body, token: talk.tokenNow(), ...(key === undefined ? {} : { key }) };
}

/** Requests a loan, and records the answer in the model. */
export async function takeLoan(talk: Conversation, wish: LoanWish): Promise<void> {
  const call = loanCall(talk, wish, talk.newKey());
  loanAnswered(talk, wish, call, await talk.insist(call));
}

export function loanAnswered(talk: Conversation, wish: LoanWish, call: Call, answer: Answer): void {
  const granted = creditAnswered(talk, call, answer, wish.amount, 201);
  if (!granted) return;
  const { external_id } = call.body as { external_id: string };
  const { customer } = talk;
  talk.expect(call, answer, {
    external_id,
    customer_id: customer.id,
    customer_external_id: customer.externalId,
    amount: formatMoney(wish.amount),
    outstanding: formatMoney(wish.amount),
    status: wish.status ?? 'active',
    ...(wish.takenAt === undefined ? {} : { taken_at: wish.takenAt }),
  });
  const takenAt = answer.body.taken_at as string | null;
  const loan: LoanModel = {
    id: answer.body.id as number,
    externalId: external_id,
    amount: wish.amount,
    outstanding: wish.amount,
    status: wish.status ?? 'active',
    takenAt,
  };
  if (wish.takenAt !== undefined) customer.isOrderUncertain = true;
  customer.loans.push(loan);
}

/** Checks the answer to a credit request against the versions that it was based on. @returns whether it was granted */
function creditAnswered(talk: Conversation, call: Call, answer: Answer, more: bigint, status: number): boolean {
  const { customer } = talk;
  const seen = customer.saw(answer.token);
  if (seen === null) {
    talk.violate('every answer on one customer carries its token', call, answer);
    return answer.status === status;
  }
  const { expected, isOld, isTooOld } = customer.verdict(seen, more);
  const verdict = answer.status === status ? 'grant' : String(answer.body.code);
  if (verdict !== expected) talk.violate(`the answer is ${expected}`, call, answer);
  if (isTooOld) talk.violate('no decision ignores a restriction that was confirmed with 200', call, answer);
  if (isOld && verdict !== 'grant') talk.violate('no refusal is based on stale data', call, answer);
  if (verdict === 'credit_limit_exceeded' && answer.body.available_amount !== formatMoney(customer.available))
    talk.violate(`available_amount is ${formatMoney(customer.available)}`, call, answer);
  return answer.status === status;
}

/** Activates or rejects a loan, whatever its state. */
export async function decideOn(talk: Conversation, loan: LoanModel, what: 'activate' | 'reject'): Promise<void> {
  const id = what === 'activate' ? 'activateLoan' : 'rejectLoan';
  const call: Call = { id, params: { loan_id: loan.id }, key: talk.newKey(), token: talk.tokenNow() };
  const answer = await talk.insist(call);
  if (loan.status !== 'pending') {
    talk.customer.saw(answer.token);
    if (answer.status !== 409 || answer.body.code !== 'loan_not_pending')
      talk.violate('a loan that is not pending is a 409', call, answer);
    return;
  }
  if (what === 'activate' && !creditAnswered(talk, call, answer, 0n, 200)) return;
  talk.customer.saw(answer.token);
  if (answer.status !== 200) {
    talk.violate('a pending loan can be rejected', call, answer);
    return;
  }
  loan.status = what === 'activate' ? 'active' : 'rejected';
  loan.takenAt = answer.body.taken_at as string | null;
  talk.expect(call, answer, { id: loan.id, status: loan.status, outstanding: formatMoney(loan.outstanding) });
}

export function paymentCall(talk: Conversation, total: bigint, key: string | undefined): Call {
  const { customer, random } = talk;
  // If payments may not have seen a backdated loan yet, the token makes them catch up first.
  const token = customer.isOrderUncertain ? customer.token : talk.tokenNow();
  if (token !== null) customer.isOrderUncertain = false;
  const body = {
    external_id: talk.nameOf('payment'),
    ...(random.chance(0.5) ? { customer_id: customer.id } : { customer_external_id: customer.externalId }),
    total_amount: formatMoney(total),
    ...(random.chance(0.1) ? { paid_at: backdated(random.next()) } : {}),
  };
  return { id: 'makePayment', body, token, ...(key === undefined ? {} : { key }) };
}

/** Pays, and applies the spread to the model. */
export async function pay(talk: Conversation, total: bigint): Promise<void> {
  const call = paymentCall(talk, total, talk.newKey());
  paymentAnswered(talk, total, call, await talk.insist(call));
}

export function paymentAnswered(talk: Conversation, total: bigint, call: Call, answer: Answer): void {
  const { customer } = talk;
  customer.saw(answer.token);
  if (answer.status !== 201) {
    talk.violate('a payment is recorded', call, answer);
    return;
  }
  const spread = customer.spread(total);
  const { external_id } = call.body as { external_id: string };
  const status = spread === null ? 'rejected' : 'completed';
  talk.expect(call, answer, {
    external_id,
    customer_id: customer.id,
    total_amount: formatMoney(total),
    status,
    rejection_reason: spread === null ? 'exceeds_debt' : null,
    details: detailsText(spread ?? []),
  });
  const details = (answer.body.details as { loan_id: number; amount: string }[]).map((detail) => ({
    loanId: detail.loan_id,
    amount: parseMoney(detail.amount),
  }));
  customer.payments.push({
    id: answer.body.id as number,
    externalId: external_id,
    total,
    status: answer.body.status as 'completed' | 'rejected',
    paidAt: answer.body.paid_at as string,
    details,
  });
  customer.pay(details);
}

/** Changes the score, the status, or both. */
export async function change(talk: Conversation, wish: Partial<Standing>): Promise<void> {
  const { customer } = talk;
  const body = {
    ...(wish.score === undefined ? {} : { score: formatMoney(wish.score) }),
    ...(wish.status === undefined ? {} : { status: wish.status }),
  };
  const call: Call = {
    id: 'changeCustomer',
    params: { customer_id: customer.id },
    body,
    key: talk.newKey(),
    token: talk.tokenNow(),
  };
  const answer = await talk.insist(call);
  const seen = customer.saw(answer.token);
  if ((answer.status !== 200 && answer.status !== 202) || seen === null) {
    talk.violate('a customer can be changed', call, answer);
    return;
  }
  const standing = { ...customer.standing, ...wish };
  customer.stand(standing, seen, answer.status === 200);
  talk.expect(call, answer, { id: customer.id, score: formatMoney(standing.score), status: standing.status });
}

/** A list of details as text, in canonical order. */
const detailsText = (details: readonly { loanId: number; amount: bigint }[]): string =>
  details.map(({ loanId, amount }) => `${loanId}: ${formatMoney(amount)}`).join(', ');
