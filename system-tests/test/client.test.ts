/** The typed client against the whole system: its guarantees when answers are lost and processes die. */
import { query } from '@mo/agreement';
import { isProblem, MoClient } from '@mo/client';
import { LossyProxy } from '../src/lossy-proxy.ts';
import { type System, startSystem } from '../src/system.ts';
import { concurrently, nameOf } from '../src/world.ts';

const DUE = '2030-01-01T00:00:00Z';
const LOANS = 120;

let system: System;
let proxy: LossyProxy;
let client: MoClient;
beforeAll(async () => {
  system = await startSystem({ replicas: { customers: 1, loans: 2, payments: 1 }, env: { LOG_LEVEL: 'fatal' } });
  proxy = await LossyProxy.start(system.stack.url);
  client = clientOf(proxy.url);
});
afterEach(() => {
  proxy.fateOf = () => 'pass';
});
afterAll(async () => {
  await proxy?.stop();
  await system?.stop();
});

const clientOf = (url: string) => new MoClient({ url, apiKey: system.stack.apiKey, retry: { attemptsMax: 20 } });
const customer = (score: string) => client.customers.create({ external_id: nameOf('customer'), score });
const loanOf = (customerId: number, amount: string) => ({
  external_id: nameOf('loan'),
  customer_id: customerId,
  amount,
  maximum_payment_date: DUE,
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each(['lose', 'cut'] as const)('if the first answer to a write is lost (%s)', (fate) => {
  it('the write is retried, and has its effect once', async () => {
    const seen = new Set<unknown>();
    proxy.fateOf = ({ method, headers }, status) => {
      const key = headers['idempotency-key'];
      if (method === 'GET' || status >= 300 || seen.has(key)) return 'pass';
      seen.add(key);
      return fate;
    };
    const infos: string[] = [];
    const onAnswer = ({ attempts, isReplayed }: { attempts: number; isReplayed: boolean }) =>
      infos.push(`${attempts} ${isReplayed}`);
    const { id } = await client.customers.create({ external_id: nameOf('customer'), score: '1000' }, { onAnswer });
    await client.customers.update(id, { score: '900.00' }, { onAnswer });
    const loan = await client.loans.take(loanOf(id, '600'), { onAnswer });
    const pending = await client.loans.take({ ...loanOf(id, '100'), status: 'pending' }, { onAnswer });
    await client.loans.activate(pending.id, { onAnswer });
    const payment = { external_id: nameOf('payment'), customer_id: id, total_amount: '250' };
    const { details } = await client.payments.make(payment, { onAnswer });
    expect(infos).toEqual(Array.from({ length: 6 }, () => '2 true'));

    expect(details).toEqual([{ loan_id: loan.id, loan_external_id: loan.external_id, amount: '250.00' }]);
    expect(await client.customers.balance(id)).toMatchObject({ total_debt: '450.00', available_amount: '450.00' });
    const kinds = (await all(client.customers.statement(id))).map(({ kind, amount }) => `${kind} ${amount}`);
    expect(kinds).toEqual(['loan 600.00', 'loan 100.00', 'payment 250.00']);
    expect(await all(client.customers.payments(id))).toHaveLength(1);
    expect(await all(client.customers.loans(id))).toHaveLength(2);
  });

  it('an upload is retried, and lines of the first attempt count as created', async () => {
    const names = Array.from({ length: 2_500 }, () => nameOf('bulk'));
    let lost = 0;
    proxy.fateOf = () => {
      lost += 1;
      return lost === 1 ? fate : 'pass';
    };
    async function* lines() {
      for (const name of names) yield `${name},10.00\n`;
      yield `${names[0]},10.00\n`;
    }
    const summary = await client.customers.createInBulk(lines, { type: 'text/csv' });
    expect(lost).toBe(2);
    expect(summary).toMatchObject({ received: 2_501, created: 2_500, failed: 1, errors: [{ line: 2_501 }] });
    const [row] = await query<{ count: string }>(
      system.stack.stack(),
      'customers',
      `SELECT count(*) FROM customers WHERE external_id IN (${names.map((name) => `'${name}'`).join(', ')})`,
    );
    expect(row?.count).toBe('2500');
  });
});

it('it reads its own writes, whichever service answers', async () => {
  const { id } = await customer('1000');
  const loan = await client.loans.take(loanOf(id, '50'));
  for (let paid = 1; paid <= 50; paid += 1) {
    await client.payments.make({ external_id: nameOf('payment'), customer_id: id, total_amount: '1' });
    const outstanding = `${50 - paid}.00`;
    expect(await client.loans.get(loan.id)).toMatchObject({ outstanding });
    expect(await client.customers.balance(id)).toMatchObject({ total_debt: outstanding });
  }
});

it('a list returns every row once, newest first, even while rows are added', async () => {
  const { id, external_id: name } = await customer('1000');
  const taken: string[] = [];
  await concurrently(LOANS, 16, async () => {
    taken.push((await client.loans.take(loanOf(id, '1'))).external_id);
  });
  const ids: number[] = [];
  const names: string[] = [];
  for await (const loan of client.loans.list({ customer_external_id: name, limit: 25 })) {
    if (ids.length === 30) await client.loans.take(loanOf(id, '1'));
    ids.push(loan.id);
    names.push(loan.external_id);
  }
  expect(names.sort()).toEqual(taken.sort());
  expect(ids).toEqual([...ids].sort((a, b) => b - a));
});

it('a refusal is an error of its kind, with the details of the problem', async () => {
  const { id } = await customer('100');
  await client.loans.take(loanOf(id, '60'));
  const error = await client.loans.take(loanOf(id, '40.01')).catch((thrown: unknown) => thrown);
  if (!isProblem(error, 'credit_limit_exceeded')) throw error;
  expect([error.status, error.attempts, error.problem.available_amount]).toEqual([422, 1, '40.00']);
  const unknown = await client.customers.get(999_999_999).catch((thrown: unknown) => thrown);
  expect(isProblem(unknown, 'not_found')).toBe(true);
});

it('each write has its effect once while processes behind the gateway die', async () => {
  const { id } = await customer('1000');
  let done = 0;
  const work = concurrently(LOANS, 8, async () => {
    await client.loans.take(loanOf(id, '1'));
    done += 1;
    if (done % 30 === 0)
      for (const { pid } of system.stack.stack().loans.replicas) if (pid !== null) process.kill(pid, 'SIGKILL');
  });
  await work;
  expect(await all(client.customers.loans(id))).toHaveLength(LOANS);
  expect(await client.customers.balance(id)).toMatchObject({ total_debt: `${LOANS}.00` });
});
