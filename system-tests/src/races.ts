/**
 * Race conditions that a loan system must handle, through the gateway. They run with one process per service and with
 * two, with Kafka and without.
 */
import { query } from '@mo/agreement';
import type { StackFile } from '@mo/dev-stack';

import { concurrently, expectStatus, nameOf, tally, type World } from './world.ts';

/** Runs of each race; more for a thorough run. */
export const TRIALS = Number(process.env.MO_TRIALS ?? 3);
/** Sequences per run; 500 for a thorough run. */
export const SEQUENCES = Number(process.env.MO_SEQUENCES ?? 64);
const CLIENTS = 32;

const times = <T>(count: number, task: (place: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, place) => task(place)));

/** Registration, a loan of the whole line, its full payment, another loan: without waits or tokens. */
export async function noWaiting(world: World): Promise<void> {
  await concurrently(SEQUENCES, CLIENTS, async () => {
    const { id } = await world.customer('1000');
    expectStatus(await world.loan(id, '1000'), 201);
    const paid = expectStatus(await world.payment(id, '1000'), 201);
    expect(paid.status).toBe('completed');
    expectStatus(await world.loan(id, '1000'), 201);
  });
}

/** With the token of a write, the balance read immediately afterwards is never stale. */
export async function freshReads(world: World): Promise<void> {
  await concurrently(SEQUENCES, CLIENTS, async () => {
    const { id } = await world.customer('1000');
    const loan = await world.loan(id, '700');
    expect((await world.balance(id, loan.token)).body).toMatchObject({
      total_debt: '700.00',
      available_amount: '300.00',
    });
    const payment = await world.payment(id, '200');
    expect((await world.balance(id, payment.token)).body).toMatchObject({
      total_debt: '500.00',
      available_amount: '500.00',
    });
    const { body } = await world.loansOf(id, payment.token);
    expect(body.results.map((row) => row.outstanding)).toEqual(['500.00']);
  });
}

/** Fifty concurrent loans of 40 % of the line each: exactly two are granted. */
export async function fiftyLoans(world: World): Promise<void> {
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const { id } = await world.customer('1000');
    const answers = await times(50, () => world.loan(id, '400'));
    expect(tally(answers)).toEqual({ '201 active': 2, credit_limit_exceeded: 48 });
  }
}

/**
 * Fifty concurrent payments of 40 % of the debt over ten loans: exactly two complete, fully spread; the others are
 * recorded.
 */
export async function fiftyPayments(world: World): Promise<void> {
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const { id } = await world.customer('1000');
    await times(10, () => world.loan(id, '100'));
    const answers = await times(50, () => world.payment(id, '400'));
    expect(tally(answers)).toEqual({ '201 completed': 2, '201 rejected': 48 });
    const spread = answers.flatMap((answer) => answer.body.details.map((detail) => detail.amount));
    expect(spread).toEqual(Array(8).fill('100.00'));
    const token = answers.reduce(
      (latest, answer) => (sequenceOf(answer.token) > sequenceOf(latest) ? answer.token : latest),
      answers[0]?.token ?? null,
    );
    expect((await world.balance(id, token)).body.total_debt).toBe('200.00');
  }
}

/** Twenty concurrent uses of one external_id: one entity is created. */
export async function oneName(world: World): Promise<void> {
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const { id } = await world.customer('100000');
    const name = nameOf('race');
    const loans = await times(20, () => world.loan(id, '50', { external_id: name }));
    expect(tally(loans)).toEqual({ '201 active': 1, already_exists: 19 });
    const payments = await times(20, () => world.payment(id, '1', { external_id: name }));
    expect(tally(payments)).toEqual({ '201 completed': 1, already_exists: 19 });
    const customers = await times(20, () =>
      world.api.insist<{ code?: string }>('createCustomer', { body: { external_id: name, score: 1 } }),
    );
    expect(tally(customers)).toEqual({ '201 active': 1, already_exists: 19 });
  }
}

/** Twenty concurrent uses of one idempotency key: one effect, one answer. */
export async function oneKey(world: World): Promise<void> {
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const { id } = await world.customer('1000');
    const name = nameOf('key');
    const loans = await times(20, () => world.loan(id, '400', { external_id: name }, name));
    expect(new Set(loans.map((answer) => answer.text)).size).toBe(1);
    expect(loans.filter((answer) => answer.replayed)).toHaveLength(19);
    const payments = await times(20, () => world.payment(id, '100', { external_id: name }, name));
    expect(new Set(payments.map((answer) => answer.text)).size).toBe(1);
    expect((await world.balance(id, payments[0]?.token)).body.total_debt).toBe('300.00');
  }
}

/** The number of commits that grant 64 concurrent loans of one customer. */
export async function commitsOf64Loans(world: World, stack: StackFile): Promise<number> {
  const { id } = await world.customer('64000');
  for (const answer of await times(64, () => world.loan(id, '1'))) expectStatus(answer, 201);
  const text = 'SELECT count(DISTINCT xmin::text) AS commits FROM journal WHERE customer_id = $1';
  const [row] = await query<{ commits: string }>(stack, 'loans', text, [id]);
  return Number(row?.commits);
}

/** After a lowered score was confirmed with 200, no loan exceeds it. */
export async function firmRestrictions(world: World): Promise<void> {
  await concurrently(SEQUENCES, CLIENTS, async () => {
    const { id } = await world.customer('1000');
    const lowered = await world.api.insist<{ score: string }>('changeCustomer', {
      params: { customer_id: id },
      body: { score: '100' },
    });
    expect(lowered.status).toBe(200);
    const refused = await world.loan(id, '100.01');
    expect(refused.body).toMatchObject({ code: 'credit_limit_exceeded', available_amount: '100.00' });
    expectStatus(await world.loan(id, '100'), 201);
  });
}

const sequenceOf = (token: string | null): number => Number(token?.split('.')[4] ?? 0);

export const races = {
  noWaiting,
  freshReads,
  fiftyLoans,
  fiftyPayments,
  oneName,
  oneKey,
  firmRestrictions,
  commitsOf64Loans,
};
