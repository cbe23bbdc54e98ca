/** Repeated requests: the same again, a used key with another body, a used external_id. */
import type { Call } from './caller.ts';
import type { Conversation } from './conversation.ts';

/**
 * Reuses a key with the same body: the first answer, byte for byte. Only a PATCH may have progressed from 202 to 200.
 */
export async function replay(talk: Conversation, past: readonly { call: Call; status: number; text: string }[]) {
  if (past.length === 0) return;
  const { call, status, text } = talk.random.pick(past);
  const answer = await talk.insist(call);
  const isSameStatus = answer.status === status || (call.id === 'changeCustomer' && answer.status < 300);
  if (answer.text !== text || !isSameStatus) talk.violate(`it is answered as before: ${status} ${text}`, call, answer);
  if (!answer.isReplayed) talk.violate('a replayed answer is marked as replayed', call, answer);
}

/** A used key with another body is refused. */
export async function reuseKey(talk: Conversation, past: readonly { call: Call }[]): Promise<void> {
  const withBody = past.filter(({ call }) => call.id === 'takeLoan');
  if (withBody.length === 0) return;
  const { call } = talk.random.pick(withBody);
  const other: Call = { ...call, body: { ...(call.body as object), contract_version: talk.nameOf('other') } };
  const answer = await talk.caller.insist(other, talk.timeoutMs);
  if (answer.status !== 422 || answer.body.code !== 'idempotency_key_reused')
    talk.violate('a used key with another body is refused', other, answer);
}

/** A used external_id is answered with 409, before any other rule. */
export async function takenName(talk: Conversation): Promise<void> {
  const { customer, random } = talk;
  const calls: Call[] = [];
  const who = { customer_id: customer.id };
  const [loan, payment] = [customer.loans.at(-1), customer.payments.at(-1)];
  if (loan !== undefined)
    calls.push({
      id: 'takeLoan',
      body: { ...who, external_id: loan.externalId, amount: '1.00', maximum_payment_date: '2031-01-01T00:00:00Z' },
    });
  if (payment !== undefined)
    calls.push({ id: 'makePayment', body: { ...who, external_id: payment.externalId, total_amount: '1.00' } });
  calls.push({ id: 'createCustomer', body: { external_id: customer.externalId, score: '1.00' } });
  const call = { ...random.pick(calls), key: talk.newKey() };
  const answer = await talk.insist(call);
  customer.saw(answer.token);
  if (answer.status !== 409 || answer.body.code !== 'already_exists')
    talk.violate('a taken external_id is a 409', call, answer);
}
