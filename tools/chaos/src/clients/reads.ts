/** Reads with a token. They must reflect all the caller's writes, to the cent. */
import { formatMoney } from '@mo/money';
import type { Answer, Call } from './caller.ts';
import type { Conversation } from './conversation.ts';
import type { LoanModel } from './customer-model.ts';

/** One read of a random kind. */
export function readSomething(talk: Conversation): Promise<void> {
  return talk.random.pick([readBalance, readLoans, readOneLoan, readPayments, readStatement, readCustomer])(talk);
}

export async function readBalance(talk: Conversation): Promise<void> {
  const { customer } = talk;
  const [call, answer] = await read(talk, { id: 'getBalance', params: { customer_id: customer.id } });
  talk.expect(call, answer, {
    external_id: customer.externalId,
    score: formatMoney(customer.standing.score),
    total_debt: formatMoney(customer.debt),
    available_amount: formatMoney(customer.available),
  });
}

async function readCustomer(talk: Conversation): Promise<void> {
  const { id, standing } = talk.customer;
  const [call, answer] = await read(talk, { id: 'getCustomer', params: { customer_id: id } });
  talk.expect(call, answer, { id, score: formatMoney(standing.score), status: standing.status });
}

export async function readLoans(talk: Conversation): Promise<void> {
  const { id, loans } = talk.customer;
  const call: Call = { id: 'listCustomerLoans', params: { customer_id: id }, query: { limit: '200' } };
  const [sent, answer] = await read(talk, call);
  const rows = (answer.body.results ?? []) as { id: number; status: string; outstanding: string; taken_at: string }[];
  const told = rows.map((row) => `${row.id} ${row.status} ${row.outstanding} ${row.taken_at}`);
  const known = loans.toSorted((a, b) => b.id - a.id).map(loanText);
  if (told.join() !== known.join()) talk.violate(`the loans are ${known.join(', ')}`, sent, answer);
}

const loanText = (loan: LoanModel): string =>
  `${loan.id} ${loan.status} ${formatMoney(loan.outstanding)} ${loan.takenAt}`;

async function readOneLoan(talk: Conversation): Promise<void> {
  if (talk.customer.loans.length === 0) return readBalance(talk);
  const loan = talk.random.pick(talk.customer.loans);
  const [call, answer] = await read(talk, { id: 'getLoan', params: { loan_id: loan.id } });
  const { id, externalId, status } = loan;
  const amounts = { amount: formatMoney(loan.amount), outstanding: formatMoney(loan.outstanding) };
  talk.expect(call, answer, { id, external_id: externalId, status, taken_at: loan.takenAt, ...amounts });
}

export async function readPayments(talk: Conversation): Promise<void> {
  const { id, payments } = talk.customer;
  const call: Call = { id: 'listCustomerPayments', params: { customer_id: id }, query: { limit: '200' } };
  const [sent, answer] = await read(talk, call);
  const rows = (answer.body.results ?? []) as { id: number; status: string; total_amount: string }[];
  const told = rows.map((row) => `${row.id} ${row.status} ${row.total_amount}`);
  const known = payments
    .toSorted((a, b) => b.id - a.id)
    .map((row) => `${row.id} ${row.status} ${formatMoney(row.total)}`);
  if (told.join() !== known.join()) talk.violate(`the payments are ${known.join(', ')}`, sent, answer);
}

/** Every granted loan and every completed payment is an entry; the last balance is the active debt. */
async function readStatement(talk: Conversation): Promise<void> {
  const { id, loans, payments, owed } = talk.customer;
  const call: Call = { id: 'getStatement', params: { customer_id: id }, query: { limit: '200' } };
  const [sent, answer] = await read(talk, call);
  const rows = (answer.body.results ?? []) as { kind: string; reference: string; amount: string; total_debt: string }[];
  const told = rows.map((row) => `${row.kind} ${row.reference} ${row.amount}`).sort();
  const known = [
    ...loans
      .filter(({ status }) => status === 'active' || status === 'paid')
      .map((loan) => `loan ${loan.externalId} ${formatMoney(loan.amount)}`),
    ...payments
      .filter(({ status }) => status === 'completed')
      .map((payment) => `payment ${payment.externalId} ${formatMoney(payment.total)}`),
  ].sort();
  const isSound = told.join() === known.join() && (rows.at(-1)?.total_debt ?? '0.00') === formatMoney(owed);
  if (!isSound) talk.violate(`the statement holds ${known.join(', ')} and ends at ${formatMoney(owed)}`, sent, answer);
}

async function read(talk: Conversation, call: Call): Promise<[Call, Answer]> {
  const sent = { ...call, token: talk.customer.token };
  const answer = await talk.insist(sent);
  if (answer.status !== 200) talk.violate('existing entities can be read', sent, answer);
  talk.customer.saw(answer.token);
  return [sent, answer];
}
