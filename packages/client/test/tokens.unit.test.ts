import type { MoClient } from '../src/index.ts';
import { LruMap } from '../src/lru.ts';
import { mergeTokens, Tokens } from '../src/tokens.ts';
import { problem, StandIn, thrown } from './stand-in.ts';

describe('tokens', () => {
  it('are merged to the later of each stream', () => {
    expect(mergeTokens('1.7.4.1.3', '1.7.1.2.30')).toBe('1.7.4.2.30');
  });

  it('are kept by customer, and found by the names that are known', () => {
    const tokens = new Tokens();
    tokens.learn('1.7.1.2.1');
    tokens.learn('1.7.1.1.2');
    tokens.learn('1.8.1.1.1');
    tokens.note({ customerId: 7, customer: 'ada', loanIds: [5, 6] });
    expect(tokens.find({ customerId: 7 })).toBe('1.7.1.2.2');
    expect(tokens.find({ customer: 'ada' })).toBe('1.7.1.2.2');
    for (const loanId of [5, 6]) expect(tokens.find({ loanId })).toBe('1.7.1.2.2');
    expect(tokens.find({ customerId: 9, customer: 'ada' })).toBeUndefined();
    expect(tokens.find({ customer: 'bob' })).toBeUndefined();
    expect(tokens.find({})).toBeUndefined();
  });

  it('are found by no name where none is asked for', () => {
    const tokens = new Tokens();
    tokens.learn('1.7.1.1.1');
    tokens.note({ customerId: 7, customer: 'undefined' });
    expect([{}, { customer: undefined, loanId: undefined }].map((subject) => tokens.find(subject))).toEqual([
      undefined,
      undefined,
    ]);
    expect(tokens.find({ customer: 'undefined' })).toBe('1.7.1.1.1');
  });

  it('of another format are left alone', () => {
    const tokens = new Tokens();
    for (const token of [null, '', '2.7.1.1.1', '1.0.1.1.1', '1.7.1.1']) tokens.learn(token);
    expect(tokens.find({ customerId: 7 })).toBeUndefined();
    expect(tokens.find({ customerId: 0 })).toBeUndefined();
  });
});

it('a bounded map loses what was not used for longest', () => {
  const map = new LruMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});

describe('a client', () => {
  let gateway: StandIn;
  beforeEach(async () => {
    gateway = await StandIn.start();
    const loan = { id: 5, customer_id: 7, customer_external_id: 'ada', details: [] };
    gateway.act = ({ method, url }) =>
      method === 'GET' && url.includes('?')
        ? { status: 200, body: { results: [], next_cursor: null } }
        : { status: 200, body: loan, headers: { 'consistency-token': `1.7.1.${gateway.asked.length}.0` } };
  });
  afterEach(() => gateway.stop());
  const sent = () => gateway.asked.at(-1)?.headers['consistency-token'];

  it('sends what it has seen of a customer with whatever concerns that customer', async () => {
    const { customers, loans, payments } = gateway.client();
    await loans.take({ external_id: 'l', customer_external_id: 'ada', amount: '1', maximum_payment_date: '2030' });
    expect(sent()).toBeUndefined();
    const concerned = [
      () => loans.get(5),
      () => loans.activate(5),
      () => loans.take({ external_id: 'm', customer_external_id: 'ada', amount: '1', maximum_payment_date: '2030' }),
      () => payments.make({ external_id: 'p', customer_id: 7, total_amount: '1' }),
      () => customers.balance(7),
      () => Array.fromAsync(customers.balances({ external_id: 'ada' })),
      () => Array.fromAsync(customers.statement(7, { limit: 1 })),
      () => Array.fromAsync(loans.list({ customer_external_id: 'ada' })),
      () => Array.fromAsync(payments.list({ customer_id: 7 })),
    ];
    for (const call of concerned) {
      await call();
      expect(sent()).toMatch(/^1\.7\.1\.\d+\.0$/);
    }
    await customers.balance(8);
    expect(sent()).toBeUndefined();
    await Array.fromAsync(loans.list({ status: 'paid' }));
    expect(sent()).toBeUndefined();
  });

  it.each<[string, (client: MoClient) => Promise<unknown>]>([
    ['made', ({ payments }) => payments.make({ external_id: 'p', customer_id: 7, total_amount: '1' })],
    ['read', ({ payments }) => payments.get(3)],
    ['listed', ({ payments }) => Array.fromAsync(payments.list({ customer_id: 7 }))],
    ["among a customer's", ({ customers }) => Array.fromAsync(customers.payments(7))],
  ])('knows whose the loans of a payment are that is %s', async (_how, tell) => {
    const client = gateway.client();
    const details = [{ loan_id: 5 }, { loan_id: 6 }];
    const payment = { id: 3, customer_id: 7, customer_external_id: 'ada', details };
    const headers = { 'consistency-token': '1.7.1.3.1' };
    gateway.act = ({ method, url }) =>
      method === 'GET' && url !== '/api/payments/3'
        ? { status: 200, body: { results: [payment], next_cursor: null }, headers }
        : { status: 200, body: payment, headers };
    await tell(client);
    for (const loanId of [5, 6]) {
      await client.loans.get(loanId);
      expect(sent()).toBe('1.7.1.3.1');
    }
  });

  it.each([
    [409, 'already_exists'],
    [422, 'customer_inactive'],
  ])('learns from a refusal with %i, and its error tells the token', async (status, code) => {
    const client = gateway.client();
    gateway.act = () => problem(status, code, {}, { 'consistency-token': '1.7.5.1.0' });
    const error = await thrown(client.payments.make({ external_id: 'p', customer_id: 7, total_amount: '1' }));
    expect(error).toMatchObject({ code, consistencyToken: '1.7.5.1.0' });
    expect(client.consistencyToken(7)).toBe('1.7.5.1.0');
  });

  it('takes a token from elsewhere, and hands on its own', async () => {
    const client = gateway.client();
    await client.customers.balance(7, { consistencyToken: '1.7.9.9.9' });
    expect(sent()).toBe('1.7.9.9.9');
    expect(client.consistencyToken(7)).toBe('1.7.1.1.0');
    expect(client.consistencyToken(8)).toBeUndefined();
  });
});
