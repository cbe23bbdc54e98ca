/** What the API's contract promises about bodies, lists and tables, through the gateway. */
import { query } from '@mo/agreement';
import type { CustomerBody, LoanBody, OperationId, PaymentBody } from '@mo/contracts';
import { type System, startSystem } from '../src/system.ts';
import { expectStatus, nameOf } from '../src/world.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.stop());

interface Page<Body> {
  readonly results: readonly Body[];
  readonly next_cursor: string | null;
}

const anyTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

/** 60 characters, most of them outside ASCII. */
const longest = (): string => nameOf('ключ-名').padEnd(60, 'ё');

const create = async <Body>(id: OperationId, body: object): Promise<Body> =>
  expectStatus(await system.api.insist<Body>(id, { body }), 201);

const listed = async <Body>(id: OperationId, filters: Record<string, string | number>) =>
  expectStatus(await system.api.insist<Page<Body>>(id, { query: filters }), 200).results;

describe('bodies with every optional member', () => {
  const externalId = longest();
  let customer: CustomerBody;
  let loan: LoanBody;
  beforeAll(async () => {
    customer = await create<CustomerBody>('createCustomer', {
      external_id: externalId,
      score: 1200.5,
      status: 'active',
      preapproved_at: '2019-12-31T23:30:00-03:00',
    });
    loan = await create<LoanBody>('takeLoan', {
      external_id: externalId,
      customer_id: customer.id,
      customer_external_id: externalId,
      amount: '150.1',
      contract_version: 'v2.1',
      maximum_payment_date: '2020-01-01T01:00:00+02:00',
      taken_at: '2020-01-01T00:00:00+01:00',
      status: 'active',
    });
  });

  it('a customer has them as given, with money in two decimals and times in UTC', () => {
    expect(customer).toEqual({
      id: expect.any(Number) as number,
      external_id: externalId,
      status: 'active',
      score: '1200.50',
      preapproved_at: '2020-01-01T02:30:00.000Z',
      created_at: anyTime,
      updated_at: customer.created_at,
    });
  });

  it('a loan has them as given, also when its maximum_payment_date is past', async () => {
    expect(loan).toEqual({
      id: expect.any(Number) as number,
      external_id: externalId,
      customer_id: customer.id,
      customer_external_id: externalId,
      amount: '150.10',
      outstanding: '150.10',
      status: 'active',
      contract_version: 'v2.1',
      maximum_payment_date: '2019-12-31T23:00:00.000Z',
      taken_at: '2019-12-31T23:00:00.000Z',
      created_at: anyTime,
      updated_at: loan.created_at,
    });
    expect((await system.api.insist('getLoan', { params: { loan_id: loan.id } })).body).toEqual(loan);
  });

  it('a payment has them as given, and names the loans that it pays', async () => {
    const payment = await create<PaymentBody>('makePayment', {
      external_id: externalId,
      customer_id: customer.id,
      customer_external_id: externalId,
      total_amount: 0.1,
      paid_at: '2020-02-29T12:00:00.5+05:30',
    });
    expect(payment).toEqual({
      id: expect.any(Number) as number,
      external_id: externalId,
      customer_id: customer.id,
      customer_external_id: externalId,
      total_amount: '0.10',
      status: 'completed',
      rejection_reason: null,
      paid_at: '2020-02-29T06:30:00.500Z',
      details: [{ loan_id: loan.id, loan_external_id: externalId, amount: '0.10' }],
      created_at: anyTime,
      updated_at: payment.created_at,
    });
    expect((await system.api.insist('getPayment', { params: { payment_id: payment.id } })).body).toEqual(payment);
  });
});

describe('a duplicate external_id', () => {
  it('leaves the loan and the payment that have it as they are', async () => {
    const { id } = await system.world.customer('1000');
    const loan = expectStatus(await system.world.loan(id, '100'), 201);
    const paid = await system.world.payment(id, '40');
    const payment = expectStatus(paid, 201);
    const again = [
      await system.world.loan(id, '7', { external_id: loan.external_id, contract_version: 'other' }),
      await system.world.payment(id, '7', { external_id: payment.external_id }),
    ];
    expect(again.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'already_exists'],
      [409, 'already_exists'],
    ]);
    const ofLoan = { params: { loan_id: loan.id }, token: paid.token };
    const { body: kept } = await system.api.insist<LoanBody>('getLoan', ofLoan);
    expect(kept).toMatchObject({ amount: '100.00', outstanding: '60.00', contract_version: null });
    expect((await system.api.insist('getPayment', { params: { payment_id: payment.id } })).body).toEqual(payment);
    expect((await system.world.balance(id, paid.token)).body.total_debt).toBe('60.00');
  });
});

describe('the filters of the lists', () => {
  const DAYS = ['2021-03-01T00:00:00.000Z', '2021-03-02T00:00:00.000Z', '2021-03-03T00:00:00.000Z'] as const;
  let customer: CustomerBody;
  /** One a day. */
  const loans: LoanBody[] = [];
  const payments: PaymentBody[] = [];
  beforeAll(async () => {
    customer = await system.world.customer('1000');
    for (const day of DAYS)
      loans.push(expectStatus(await system.world.loan(customer.id, '10', { taken_at: day }), 201));
    for (const day of DAYS)
      payments.push(expectStatus(await system.world.payment(customer.id, '1', { paid_at: day }), 201));
    payments.push(expectStatus(await system.world.payment(customer.id, '9999', { paid_at: DAYS[1] }), 201));
  });

  const idsOf = (results: readonly { id: number }[]) => results.map(({ id }) => id);

  it.each([
    ['from', { taken_from: DAYS[1] }, [2, 1]],
    ['to', { taken_to: DAYS[1] }, [1, 0]],
    ['from and to', { taken_from: DAYS[1], taken_to: '2021-03-02T01:00:00+01:00' }, [1]],
  ])('loans are found by when they were taken: %s, with the bounds', async (_bounds, times, places) => {
    const filters = { customer_id: customer.id, ...times } as Record<string, string | number>;
    expect(idsOf(await listed<LoanBody>('listLoans', filters))).toEqual(places.map((place) => loans[place]?.id));
  });

  it.each([
    ['from', { paid_from: DAYS[1] }, [3, 2, 1]],
    ['to', { paid_to: DAYS[1] }, [3, 1, 0]],
    ['from and to', { paid_from: DAYS[2], paid_to: DAYS[2] }, [2]],
    ['status', { status: 'rejected' }, [3]],
  ])('payments are found by %s, with the bounds', async (_bounds, more, places) => {
    const filters = { customer_external_id: customer.external_id, ...more } as Record<string, string | number>;
    const expected = places.map((place) => payments[place]?.id);
    expect(idsOf(await listed<PaymentBody>('listPayments', filters))).toEqual(expected);
    const own = { params: { customer_id: customer.id }, query: more as Record<string, string> };
    const { body } = await system.api.insist<Page<PaymentBody>>('listCustomerPayments', own);
    expect(idsOf(body.results)).toEqual(expected);
  });

  it('loans and payments are found by external_id', async () => {
    const loan = loans[1] as LoanBody;
    const payment = payments[1] as PaymentBody;
    expect(idsOf(await listed<LoanBody>('listLoans', { external_id: loan.external_id }))).toEqual([loan.id]);
    expect(await listed<PaymentBody>('listPayments', { external_id: payment.external_id })).toEqual([payment]);
  });

  it.each(['listLoans', 'listPayments', 'listBalances'] as const)(
    '%s of an unknown customer is empty',
    async (operation) => {
      const unknown = { customer_id: 999_999_999 };
      expect(await listed(operation, unknown)).toEqual([]);
    },
  );
});

describe('pages', () => {
  const COUNT = 55;
  const DEFAULT_LIMIT = 50;
  let customer: CustomerBody;
  let loans = COUNT;
  beforeAll(async () => {
    customer = await system.world.customer('1000');
    for (let n = 0; n < COUNT; n += 1) await system.world.loan(customer.id, '1');
  });

  async function page(path: string) {
    const response = await system.api.raw({ method: 'GET', path });
    const body = (await response.body.json()) as Page<LoanBody>;
    return { status: response.statusCode, link: response.headers.link as string | undefined, body };
  }

  it('have 50 rows by default, newest first, and the Link header leads to the next', async () => {
    const first = await page(`/api/customers/${customer.id}/loans`);
    expect(first.body.results).toHaveLength(DEFAULT_LIMIT);
    // Newer than the first page, so not on the second.
    await system.world.loan(customer.id, '1');
    loans += 1;
    const target = /^<([^>]+)>; rel="next"$/.exec(first.link ?? '')?.[1] ?? '';
    const { pathname, search, searchParams } = new URL(target, system.stack.url);
    expect(searchParams.get('cursor')).toBe(first.body.next_cursor);
    const second = await page(pathname + search);
    expect([second.body.results.length, second.body.next_cursor, second.link]).toEqual([
      COUNT - DEFAULT_LIMIT,
      null,
      undefined,
    ]);
    const ids = [...first.body.results, ...second.body.results].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
  });

  it('have at most 200 rows', async () => {
    const most = await page(`/api/customers/${customer.id}/loans?limit=200`);
    expect([most.body.results.length, most.body.next_cursor]).toEqual([loans, null]);
    expect((await page(`/api/customers/${customer.id}/loans?limit=201`)).status).toBe(400);
    expect((await page(`/api/customers/${customer.id}/loans?limit=0`)).status).toBe(400);
  });
});

describe('the tables', () => {
  const MONEY = 'numeric(12,2)';
  const COMMON = ['id', 'created_at', 'updated_at'];

  const rowsOf = <Row>(service: 'customers' | 'loans' | 'payments', text: string, values: readonly unknown[] = []) =>
    query<Row>(system.stack.stack(), service, text, [...values]);

  it.each([
    ['customers', 'customers', ['external_id', 'preapproved_at'], ['score'], ['status']],
    [
      'loans',
      'loans',
      ['external_id', 'contract_version', 'maximum_payment_date', 'taken_at', 'customer_id'],
      ['amount', 'outstanding'],
      ['status'],
    ],
    ['payments', 'payments', ['external_id', 'paid_at', 'customer_id'], ['total_amount'], ['status']],
    ['payments', 'payment_details', ['loan_id', 'payment_id'], ['amount'], []],
  ] as const)('of %s: %s has the columns of the contract', async (service, table, others, moneys, statuses) => {
    const text = `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`;
    const rows = await rowsOf<{ name: string; type: string }>(service, text);
    const types = Object.fromEntries(rows.map(({ name, type }) => [name, type]));
    expect(Object.keys(types)).toEqual(expect.arrayContaining([...COMMON, ...others]));
    for (const name of moneys) expect([name, types[name]]).toEqual([name, MONEY]);
    for (const name of statuses) expect([name, types[name]]).toEqual([name, 'smallint']);
  });

  it('hold each status as its number', async () => {
    const { world, api } = system;
    const active = await world.customer('1000');
    const body = { external_id: nameOf('customer'), score: '1', status: 'inactive' };
    const inactive = await create<CustomerBody>('createCustomer', body);
    const loan = async (more: object = {}) => expectStatus(await world.loan(active.id, '10', more), 201);
    const paid = await loan();
    const completed = await world.payment(active.id, '10');
    const [pending, refused, taken] = [
      await loan({ status: 'pending' }),
      await loan({ status: 'pending' }),
      await loan(),
    ];
    await api.insist('rejectLoan', { params: { loan_id: refused.id } });
    const rejected = expectStatus(await world.payment(active.id, '9999'), 201);
    await api.insist('getLoan', { params: { loan_id: paid.id }, token: completed.token });

    const stored = async (table: 'customers' | 'loans' | 'payments', ...rows: readonly { id: number }[]) => {
      const text = `SELECT id::int, status FROM ${table} WHERE id = ANY($1)`;
      const found = await rowsOf<{ id: number; status: number }>(table, text, [rows.map(({ id }) => id)]);
      return rows.map(({ id }) => found.find((row) => row.id === id)?.status);
    };
    expect(await stored('customers', active, inactive)).toEqual([1, 2]);
    expect(await stored('loans', pending, taken, refused, paid)).toEqual([1, 2, 3, 4]);
    expect(await stored('payments', completed.body, rejected)).toEqual([1, 2]);
  });
});
