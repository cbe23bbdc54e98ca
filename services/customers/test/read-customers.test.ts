import type { BalanceBody, CustomerBody } from '@mo/contracts';
import { send } from '@mo/messaging/testing';
import {
  type CustomersUnderTest,
  getBalance,
  getCustomer,
  newCustomer,
  registered,
  startCustomers,
} from './harness.ts';

type Page<Item> = { results: Item[]; next_cursor: string | null; errors?: unknown };

describe('reading customers and balances', () => {
  let customers: CustomersUnderTest;
  let five: CustomerBody[] = [];
  beforeAll(async () => {
    customers = await startCustomers();
    five = [];
    for (let n = 0; n < 5; n += 1) five.unshift(await registered(customers.app, { score: `${n + 1}` }));
  });
  afterAll(() => customers.stop());
  const page = <Item>(url: string) => send<Page<Item>>(customers.app, 'GET', url);

  it.each(['/api/customers', '/api/customers/balance'])(
    '%s pages newest first, and neither repeats nor misses a row while rows are added',
    async (path) => {
      const newest = five.map((customer) => customer.external_id);
      const seen: string[] = [];
      let url: string | undefined = `${path}?limit=2`;
      while (url !== undefined) {
        const reply: Awaited<ReturnType<typeof page<CustomerBody>>> = await page<CustomerBody>(url);
        seen.push(...reply.body.results.map((row) => row.external_id));
        const link = reply.headers.link as string | undefined;
        expect(link === undefined).toBe(reply.body.next_cursor === null);
        url = link === undefined ? undefined : /<(.+)>; rel="next"/.exec(link)?.[1];
        if (seen.length === 2) five.unshift(await registered(customers.app));
      }
      expect(seen).toEqual(newest);
    },
  );

  it('filters customers by external_id and status', async () => {
    const inactive = await registered(customers.app, { status: 'inactive' });
    const found = async (query: string) => (await page<CustomerBody>(`/api/customers?${query}`)).body.results;
    expect(await found('status=inactive')).toEqual([inactive]);
    expect(await found(`external_id=${five[0]?.external_id}`)).toEqual([five[0]]);
    expect(await found(`external_id=${five[0]?.external_id}&status=inactive`)).toEqual([]);
    expect(await found('external_id=nobody')).toEqual([]);
  });

  it('answers a list with a token only if it is filtered to one customer', async () => {
    const { id, external_id } = await registered(customers.app);
    const tokenOf = async (path: string) => (await page(path)).headers['consistency-token'];
    const filtered = [
      `/api/customers?external_id=${external_id}`,
      `/api/customers/balance?external_id=${external_id}`,
      `/api/customers/balance?customer_id=${id}`,
    ];
    for (const path of filtered) expect([path, await tokenOf(path)]).toEqual([path, `1.${id}.1.0.0`]);
    for (const path of ['/api/customers', '/api/customers/balance', '/api/customers?external_id=nobody'])
      expect([path, await tokenOf(path)]).toEqual([path, undefined]);
  });

  it('filters balances by either id, and by both', async () => {
    const [first, second] = five as [CustomerBody, CustomerBody];
    const found = async (query: string) =>
      (await page<BalanceBody>(`/api/customers/balance?${query}`)).body.results.map((row) => row.customer_id);
    expect(await found(`customer_id=${first.id}`)).toEqual([first.id]);
    expect(await found(`external_id=${second.external_id}`)).toEqual([second.id]);
    expect(await found(`external_id=${second.external_id}&customer_id=${second.id}`)).toEqual([second.id]);
    expect(await found(`external_id=${second.external_id}&customer_id=${first.id}`)).toEqual([]);
    expect(await found('customer_id=999999')).toEqual([]);
  });

  it('accepts a trailing slash', async () => {
    const reply = await send(customers.app, 'GET', `/api/customers/${five[0]?.id}/`);
    expect(reply).toMatchObject({ status: 200, body: five[0] as object });
  });

  it('answers 404 for an unregistered customer', async () => {
    for (const path of ['', '/balance', '/statement']) {
      const reply = await send<{ code: string }>(customers.app, 'GET', `/api/customers/999999${path}`);
      expect(reply).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  it.each([
    'customers?limit=0',
    'customers?status=open',
    'customers?colour=red',
    'customers?external_id=',
    'customers/balance?customer_id=-1',
    'customers/balance?cursor=zzz',
    'customers/1/statement?as_of=yesterday',
  ])('names the invalid parameter of /api/%s', async (path) => {
    const reply = await page(`/api/${path}`);
    expect(reply.status).toBe(400);
    const pointer = `/${path.split('?')[1]?.split('=')[0]}`;
    expect(reply.body.errors).toEqual([expect.objectContaining({ in: 'query', pointer })]);
  });

  it('reflects at least the state of a token, or answers 503', async () => {
    const { id } = await registered(customers.app, newCustomer());
    const token = (versions: string) => ({ 'consistency-token': `1.${id}.${versions}` });
    expect((await getCustomer(customers.app, id, token('1.0.0'))).status).toBe(200);
    expect((await getCustomer(customers.app, id, token('2.0.0'))).status).toBe(503);
    expect((await getBalance(customers.app, id, token('1.1.0'))).status).toBe(503);
    expect((await getBalance(customers.app, id, { 'consistency-token': 'x' })).status).toBe(400);
  });
});
