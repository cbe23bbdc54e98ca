import type { CustomerBody, StatementEntryBody } from '@mo/contracts';
import { type Reply, send } from '@mo/messaging/testing';
import {
  type CustomersUnderTest,
  getBalance,
  loanTaken,
  paymentApplied,
  registered,
  startCustomers,
} from './harness.ts';

type Page = { results: StatementEntryBody[]; next_cursor: string | null };

const at = (day: number, ms = 0): string => new Date(Date.UTC(2026, 0, day) + ms).toISOString();

describe('a statement', () => {
  let customers: CustomersUnderTest;
  beforeAll(async () => {
    customers = await startCustomers();
  });
  afterAll(() => customers.stop());

  const take = (customer: CustomerBody, day: number, amount: string, reference: string) =>
    customers.loans.append('LoanTaken', loanTaken(customer, { taken_at: at(day), amount, external_id: reference }));
  const pay = (customer: CustomerBody, day: number, amount: string, reference: string) =>
    customers.payments.append(
      'PaymentApplied',
      paymentApplied(customer, { paid_at: at(day), total_amount: amount, external_id: reference }),
    );
  /** Waits until the customer has applied these versions of loans and payments. */
  const upTo = ({ id }: CustomerBody, loans: number, payments: number) =>
    getBalance(customers.app, id, { 'consistency-token': `1.${id}.1.${loans}.${payments}` });
  const read = ({ id }: CustomerBody, query = ''): Promise<Reply<Page>> =>
    send<Page>(customers.app, 'GET', `/api/customers/${id}/statement${query}`);
  const short = (entries: StatementEntryBody[]) => entries.map((entry) => `${entry.reference} ${entry.total_debt}`);

  /** Out of order: by effective time, a is first, then p, then five entries of the same instant. */
  async function customerWithSeven(): Promise<CustomerBody> {
    const customer = await registered(customers.app);
    take(customer, 3, '30.00', 'b');
    take(customer, 1, '100.00', 'a');
    take(customer, 3, '5.00', 'c');
    take(customer, 3, '1.00', 'd');
    pay(customer, 3, '40.00', 'q');
    pay(customer, 2, '20.50', 'p');
    pay(customer, 3, '0.50', 'r');
    await upTo(customer, 4, 3);
    return customer;
  }

  it('is sorted by effective time, stream and version, with the running sum', async () => {
    const customer = await customerWithSeven();
    const reply = await read(customer);
    expect(short(reply.body.results)).toEqual([
      'a 100.00',
      'p 79.50',
      'b 109.50',
      'c 114.50',
      'd 115.50',
      'q 75.50',
      'r 75.00',
    ]);
    expect(reply.body.results[1]).toEqual({
      at: at(2),
      kind: 'payment',
      reference: 'p',
      amount: '20.50',
      total_debt: '79.50',
    });
    expect(reply.headers['consistency-token']).toBe(`1.${customer.id}.1.4.3`);
    expect((await getBalance(customers.app, customer.id)).body.total_debt).toBe('75.00');
  });

  it('includes the instant of as_of', async () => {
    const customer = await customerWithSeven();
    const upToTime = async (time: string) => short((await read(customer, `?as_of=${time}`)).body.results);
    expect(await upToTime(at(2))).toEqual(['a 100.00', 'p 79.50']);
    expect(await upToTime(at(2, -1))).toEqual(['a 100.00']);
    expect(await upToTime('2026-01-02T01:00:00%2B01:00')).toHaveLength(2);
    expect(await upToTime(at(1, -1))).toEqual([]);
  });

  it.each([1, 2, 3])('is the same in pages of %i', async (limit) => {
    const customer = await customerWithSeven();
    const seen: StatementEntryBody[] = [];
    let query: string | null = `?limit=${limit}&as_of=${at(3)}`;
    while (query !== null) {
      const reply: Reply<Page> = await read(customer, query);
      seen.push(...reply.body.results);
      const link = reply.headers.link as string | undefined;
      query = link === undefined ? null : `?${/\?(.+)>/.exec(link)?.[1]}`;
    }
    expect(seen).toEqual((await read(customer)).body.results);
  });

  it('starts each page from the current sum before it, including entries backdated since', async () => {
    const customer = await customerWithSeven();
    const first = await read(customer, '?limit=2');
    take(customer, 1, '7.00', 'late');
    await upTo(customer, 5, 3);
    const second = await read(customer, `?limit=2&cursor=${first.body.next_cursor}`);
    expect(short(second.body.results)).toEqual(['b 116.50', 'c 121.50']);
  });

  it('contains a loan from its activation on, and no requested loan', async () => {
    const customer = await registered(customers.app);
    const loan = loanTaken(customer, { taken_at: at(5), requested: true });
    customers.loans.append('LoanRequested', { ...loan, taken_at: null });
    await upTo(customer, 1, 0);
    expect((await read(customer)).body.results).toEqual([]);
    customers.loans.append('LoanTaken', loan);
    customers.loans.append('LoanPaid', loan);
    await upTo(customer, 3, 0);
    expect(short((await read(customer)).body.results)).toEqual([`${loan.external_id} 100.00`]);
  });

  it('refuses a cursor of another customer or another as_of', async () => {
    const [one, other] = [await customerWithSeven(), await customerWithSeven()];
    const { next_cursor } = (await read(one, '?limit=1')).body;
    expect((await read(other, `?limit=1&cursor=${next_cursor}`)).status).toBe(400);
    expect((await read(one, `?as_of=${at(2)}&cursor=${next_cursor}`)).status).toBe(400);
  });
});
