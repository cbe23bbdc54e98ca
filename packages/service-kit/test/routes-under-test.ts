import { NO_VERSIONS, operations } from '@mo/contracts';
import { answerWith, type RequestKey, routesOf, unavailable, type ValidRequest } from '../src/index.ts';
import { serverUnderTest } from './harness.ts';

const { takeLoan, changeCustomer, listLoans, getLoan, updateWebhook, createKey } = operations;
export const TOKEN = '1.7.3.0.1';
export const loan = {
  external_id: 'l1',
  customer_id: 7,
  amount: '400.00',
  maximum_payment_date: '2030-01-01T00:00:00Z',
};

/** Some operations whose handlers note what they were given; a key counts as used once it came through. */
export function routesUnderTest() {
  const { app } = serverUnderTest();
  const handled: ValidRequest<typeof takeLoan>[] = [];
  const used = new Set<string>();
  const askedFor: RequestKey[] = [];
  const told: string[] = [];
  const hooks = {
    isKeyUsed: async (key: RequestKey) => {
      askedFor.push(key);
      return used.has(key.id.toString('hex'));
    },
    catchUp: async ({ customerId }: { customerId: number }) => {
      told.push(`catch up ${customerId}`);
      if (customerId === 99) throw unavailable('the owner is away');
    },
  };
  const handler = async (request: unknown) => {
    const valid = request as ValidRequest<typeof takeLoan>;
    told.push('handle');
    handled.push(valid);
    if (valid.key !== null) used.add(valid.key.id.toString('hex'));
    return answerWith(200, { ok: true }, { customerId: 7, versions: { ...NO_VERSIONS, customers: 2, loans: 5 } });
  };
  const serve = routesOf(app, hooks);
  serve(takeLoan, handler);
  serve(changeCustomer, handler);
  serve(listLoans, handler);
  serve(getLoan, handler);
  serve(updateWebhook, handler);
  serve(createKey, handler);
  const send = async (
    payload: object | string | undefined,
    headers: Record<string, string> = {},
    { method = 'POST', url = '/api/loans' }: { method?: 'POST' | 'PATCH' | 'GET'; url?: string } = {},
  ) => {
    const type = typeof payload === 'string' ? { 'content-type': 'application/json' } : {};
    const options = { method, url, headers: { ...type, ...headers }, ...(payload === undefined ? {} : { payload }) };
    const response = await app.inject(options);
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  };
  const keyOf = async (...request: Parameters<typeof send>): Promise<RequestKey> => {
    expect(await send(...request)).toMatchObject({ status: 200 });
    return handled.at(-1)?.key as RequestKey;
  };
  return { send, keyOf, handled, told, askedFor };
}
