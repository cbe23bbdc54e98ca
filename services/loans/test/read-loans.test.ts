import type { LoanBody } from '@mo/contracts';
import { send } from '@mo/messaging/testing';
import { getLoan, type LoansUnderTest, newLoan, pay, postLoan, register, startLoans } from './harness.ts';

type Page = { results: LoanBody[]; next_cursor: string | null; errors?: unknown };

describe('reading loans', () => {
  let loans: LoansUnderTest;
  let id = 0;
  beforeAll(async () => {
    loans = await startLoans();
    id = register(loans.customers, { score: '100000.00' });
    for (let n = 0; n < 5; n += 1) await postLoan(loans.app, newLoan(id, { amount: `${n + 1}` }));
  });
  afterAll(() => loans.stop());
  const page = (url: string) => send<Page>(loans.app, 'GET', url);

  it('pages newest first, and neither repeats nor misses a row while rows are inserted', async () => {
    const seen: string[] = [];
    let url: string | undefined = '/api/loans?limit=2';
    while (url !== undefined) {
      const reply: Awaited<ReturnType<typeof page>> = await page(url);
      seen.push(...reply.body.results.map((loan) => loan.amount));
      const link = reply.headers.link as string | undefined;
      expect(link === undefined).toBe(reply.body.next_cursor === null);
      url = link === undefined ? undefined : /<(.+)>; rel="next"/.exec(link)?.[1];
      if (seen.length === 2) await postLoan(loans.app, newLoan(id, { amount: '99' }));
    }
    expect(seen).toEqual(['5.00', '4.00', '3.00', '2.00', '1.00']);
  });

  it('filters by customer, external_id, status and time', async () => {
    const other = register(loans.customers);
    const pending = (await postLoan(loans.app, newLoan(other, { status: 'pending' }))).body;
    const old = (await postLoan(loans.app, newLoan(other, { taken_at: '2020-05-01T00:00:00Z' }))).body;
    const ids = async (query: string) => (await page(`/api/loans?${query}`)).body.results.map((loan) => loan.id);
    expect(await ids(`customer_id=${other}`)).toEqual([old.id, pending.id]);
    expect(await ids(`customer_external_id=customer-${other}&status=pending`)).toEqual([pending.id]);
    expect(await ids(`external_id=${old.external_id}`)).toEqual([old.id]);
    expect(await ids('taken_from=2020-05-01T00:00:00Z&taken_to=2020-05-01T00:00:00Z')).toEqual([old.id]);
    expect(await ids('customer_external_id=nobody')).toEqual([]);
    expect(await ids(`customer_id=${other}&customer_external_id=nobody`)).toEqual([]);
    expect(await ids(`customer_id=${other}&customer_external_id=customer-${other}&limit=1`)).toEqual([old.id]);
    expect(
      (await page(`/api/loans?customer_id=${other + 1}&customer_external_id=customer-${other}`)).body,
    ).toMatchObject({
      status: 400,
      errors: [{ pointer: '/customer_external_id', in: 'query', code: 'contradiction' }],
    });
    expect((await page(`/api/customers/${other}/loans?status=active`)).body.results).toEqual([old]);
    expect((await page('/api/customers/999999/loans')).status).toBe(404);
  });

  it('answers a list with a token only if it is filtered to one customer', async () => {
    const other = register(loans.customers);
    const { external_id: name } = (await postLoan(loans.app, newLoan(other))).body;
    const tokenOf = async (query: string) => (await page(`/api/loans?${query}`)).headers['consistency-token'];
    expect(await tokenOf(`customer_id=${other}`)).toBe(`1.${other}.1.1.0`);
    expect(await tokenOf(`customer_external_id=customer-${other}&status=paid`)).toBe(`1.${other}.1.1.0`);
    expect(await tokenOf(`external_id=${name}`)).toBe(`1.${other}.1.1.0`);
    for (const query of ['', 'status=active', 'customer_id=999999', 'customer_external_id=nobody', 'external_id=none'])
      expect([query, await tokenOf(query)]).toEqual([query, undefined]);
  });

  it('finds nothing by an id with more than 15 digits', async () => {
    const long = '1000000000000001';
    const missing = (what: string) => ({ status: 404, body: { detail: `there is no ${what} ${long}` } });
    expect(await page(`/api/loans/${long}`)).toMatchObject(missing('loan'));
    expect(await page(`/api/customers/${long}/loans`)).toMatchObject(missing('customer'));
    expect(await page(`/api/loans?customer_id=${long}`)).toMatchObject({ status: 200, body: { results: [] } });
    const body = JSON.stringify(newLoan(0)).replace('"customer_id":0', `"customer_id":${long}`);
    const headers = { 'content-type': 'application/json' };
    // The customer of the neighbour must be pulled, too.
    const neighbour = postLoan(loans.app, newLoan(register(loans.customers)));
    const response = await loans.app.server.inject({ method: 'POST', url: '/api/loans', headers, body });
    expect(response.json()).toMatchObject({
      status: 422,
      code: 'customer_not_found',
      detail: 'no customer has so long an id',
    });
    expect((await neighbour).status).toBe(201);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'cursor=zzz',
    'status=open',
    'taken_from=yesterday',
    'colour=red',
    'customer_id=-1',
  ])('names the invalid parameter of ?%s', async (query) => {
    const reply = await page(`/api/loans?${query}`);
    expect(reply.status).toBe(400);
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'query', pointer: `/${query.split('=')[0]}` })]);
  });

  it('refuses a cursor with other filters', async () => {
    const { next_cursor } = (await page('/api/loans?limit=2')).body;
    expect((await page(`/api/loans?limit=2&status=paid&cursor=${next_cursor}`)).status).toBe(400);
  });

  it('catches up with a token by a pull, and refuses a token that is malformed or ahead of all events', async () => {
    const customer = register(loans.customers);
    const loan = (await postLoan(loans.app, newLoan(customer))).body;
    pay(loans.payments, loan, '100.00');
    const read = (token: string) => getLoan(loans.app, loan.id, { 'consistency-token': token });
    expect((await read(`1.${customer}.1.1.1`)).body.outstanding).toBe('300.00');
    expect((await read(`1.${customer}.1.1.2`)).status).toBe(503);
    expect((await read(`1.${customer}.1.2.1`)).status).toBe(503);
    expect(await read('nonsense')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/consistency-token', in: 'header' }] },
    });
  });
});
