import { loan, routesUnderTest, TOKEN } from './routes-under-test.ts';

const patch = (id: number | string) => ({ method: 'PATCH' as const, url: `/api/customers/${id}` });

it('a handler gets every part validated and parsed', async () => {
  const { send, handled } = routesUnderTest();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = {
    'idempotency-key': 'k',
    'consistency-token': TOKEN,
    'x-request-id': 'r1',
    traceparent,
    'x-mo-caller': 'shop',
  };
  await send({ score: '10' }, headers, { method: 'PATCH', url: '/api/customers/12/' });
  expect(handled[0]).toEqual({
    params: { customer_id: 12 },
    query: undefined,
    body: { score: 1000n },
    key: { id: expect.any(Buffer), fingerprint: expect.any(Buffer) },
    token: { customerId: 7, versions: { customers: 3, loans: 0, payments: 1 } },
    origin: { requestId: 'r1', traceparent, isGone: expect.any(Function) },
    caller: 'shop',
    url: '/api/customers/12/',
  });
});

it.each([
  ['a list', 'GET', '/api/loans', undefined],
  ['one resource', 'GET', '/api/loans/7', undefined],
  ['a write', 'POST', '/api/loans', loan],
  ['a change', 'PATCH', '/api/customers/12', { score: 1 }],
  ['a write of the gateway', 'POST', '/api/keys', { name: 'x', scopes: ['admin'] }],
] as const)('a parameter that the operation does not have is refused: %s', async (_what, method, path, body) => {
  const { send, told } = routesUnderTest();
  const reply = await send(body, {}, { method, url: `${path}?dry_run=true&a%2Fb` });
  const [code, detail] = ['unknown_member', 'is unknown'];
  expect(reply).toMatchObject({
    status: 400,
    body: {
      code: 'invalid_request',
      errors: [
        { pointer: '/dry_run', in: 'query', code, detail },
        { pointer: '/a~1b', in: 'query', code, detail },
      ],
    },
  });
  expect(told).toEqual([]);
  expect(await send(body, {}, { method, url: `${path}?` })).toMatchObject({ status: 200 });
});

it.each(['caf%E9', '50%', '%zz', '%C3'])('a query that is not percent-encoded UTF-8 is refused: %s', async (value) => {
  const { send, told, handled } = routesUnderTest();
  const read = (name: string) => send(undefined, {}, { method: 'GET', url: `/api/loans?external_id=${name}` });
  expect(await read(value)).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '', in: 'query', code: 'invalid_encoding', detail: 'must be percent-encoded UTF-8' }] },
  });
  expect(told).toEqual([]);
  expect(await read('caf%C3%A9%25')).toMatchObject({ status: 200 });
  expect(handled[0]?.query).toMatchObject({ external_id: 'café%' });
});

describe('the order of checks', () => {
  const used = { 'idempotency-key': 'used' };

  it('a body that breaks a rule is a reused key if the key is used, and invalid otherwise', async () => {
    const { send } = routesUnderTest();
    await send(loan, used);
    expect(await send({ ...loan, amount: -1 }, used)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await send({ ...loan, amount: -1 }, { 'idempotency-key': 'new' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/amount', in: 'body' }] },
    });
    expect(await send({ ...loan, amount: -1 })).toMatchObject({ status: 400 });
  });

  it.each([
    [
      'a malformed key, before all else',
      { ...used, 'idempotency-key': 'a b' },
      'x',
      'bad',
      'header',
      '/idempotency-key',
    ],
    ['a malformed path, before token and body', used, 'x', 'bad', 'path', '/customer_id'],
    ['a malformed token, before the body', used, '12', 'bad', 'header', '/consistency-token'],
    ['the body, last', used, '12', TOKEN, 'body', '/score'],
  ])('names %s', async (_what, headers, id, token, where, pointer) => {
    const { send, told } = routesUnderTest();
    const reply = await send({ score: 'x' }, { ...headers, 'consistency-token': token }, patch(id));
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer, in: where }] } });
    expect(told).toEqual([]);
  });

  it('says of a header that came twice that it must come once', async () => {
    const { send } = routesUnderTest();
    const once = { code: 'repeated', detail: 'must be given once' };
    for (const [name, value] of [
      ['idempotency-key', 'k, k'],
      ['consistency-token', `${TOKEN}, ${TOKEN}`],
    ] as const)
      expect(await send(loan, { [name]: value })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: `/${name}`, in: 'header', ...once }] },
      });
  });

  it.each([
    ['is not JSON', '{"external_id":'],
    ['is not UTF-8', Buffer.from('"\xff"', 'latin1')],
  ])('a body that %s is a reused key if the key is used, and invalid otherwise', async (_what, body) => {
    const { send } = routesUnderTest();
    await send(loan, used);
    const json = { 'content-type': 'application/json' };
    expect(await send(body, { ...json, ...used })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    const invalid = { status: 400, body: { errors: [{ pointer: '', in: 'body', code: 'invalid_json' }] } };
    expect(await send(body, { ...json, 'idempotency-key': 'new' })).toMatchObject(invalid);
    expect(await send(body, json)).toMatchObject(invalid);
    expect(await send(body, { ...json, 'idempotency-key': 'a b' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/idempotency-key', in: 'header' }] },
    });
  });

  it('a malformed token changes nothing if the key is used', async () => {
    const { send, told, handled } = routesUnderTest();
    await send(loan, used);
    const malformed = { ...used, 'consistency-token': '1.2' };
    expect(await send(loan, malformed)).toMatchObject({ status: 200 });
    expect(handled.at(-1)).toMatchObject({ token: null });
    expect(await send({}, malformed)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(told).toEqual(['handle', 'handle']);
  });

  it('an unknown parameter changes nothing where the key is used', async () => {
    const { send, told } = routesUnderTest();
    await send(loan, used);
    const url = '/api/loans?dry_run=true';
    expect(await send(loan, { ...used, 'consistency-token': TOKEN }, { url })).toMatchObject({ status: 200 });
    expect(await send(loan, { 'idempotency-key': 'new' }, { url })).toMatchObject({ status: 400 });
    expect(told).toEqual(['handle', 'handle']);
  });

  it('catches up with a token before it handles, and only with a request that is valid', async () => {
    const { send, told } = routesUnderTest();
    await send({ ...loan, amount: 0 }, { 'consistency-token': TOKEN });
    expect(told).toEqual([]);
    await send(loan, { 'consistency-token': TOKEN });
    expect(told).toEqual(['catch up 7', 'handle']);
  });

  it('does not run the handler if it cannot catch up', async () => {
    const { send, told } = routesUnderTest();
    const reply = await send(loan, { 'consistency-token': '1.99.1.1.1' });
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(told).toEqual(['catch up 99']);
  });

  it('an id of more than 15 digits is not found, named as given, after every other rule', async () => {
    const { send, told } = routesUnderTest();
    const change = (id: string, body: object) => send(body, { 'consistency-token': TOKEN }, patch(id));
    expect((await change('1000000000000001', { score: -1 })).status).toBe(400);
    for (const id of ['1000000000000001', '9007199254740993', '9'.repeat(150)]) {
      const detail = `there is no customer ${id}`;
      expect(await change(id, { score: 1 })).toMatchObject({ status: 404, body: { code: 'not_found', detail } });
    }
    expect(told).toEqual([]);
    expect((await change('999999999999999', { score: 1 })).status).toBe(200);
  });

  it('reads no key if the method has no effect', async () => {
    const { send, handled } = routesUnderTest();
    expect(await send(undefined, { 'idempotency-key': 'a b' }, { method: 'GET' })).toMatchObject({ status: 200 });
    expect(handled[0]).toMatchObject({ key: null, query: { limit: 50 } });
  });
});

describe('an Idempotency-Key', () => {
  it.each(['', 'a b', 'x'.repeat(256), 'schlüssel'])(
    'is refused where it is not 1 to 255 visible characters: %j',
    async (key) => {
      const { send } = routesUnderTest();
      expect(await send(loan, { 'idempotency-key': key })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/idempotency-key', in: 'header' }] },
      });
    },
  );

  it('is refused by operations that store no answers, such as the creation of an API key', async () => {
    const { send, told } = routesUnderTest();
    const [body, to] = [{ name: 'x', scopes: ['admin'] }, { url: '/api/keys' }];
    const detail = 'is not supported here: this operation stores no answers';
    expect(await send(body, { 'idempotency-key': 'k' }, to)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/idempotency-key', in: 'header', code: 'not_supported', detail }] },
    });
    expect(told).toEqual([]);
    expect(await send(body, {}, to)).toMatchObject({ status: 200 });
  });

  it('is accepted by writes to webhooks', async () => {
    const { keyOf } = routesUnderTest();
    const to = { method: 'PATCH' as const, url: '/api/webhooks/1' };
    expect(await keyOf({ description: 'x' }, { 'idempotency-key': 'k' }, to)).toMatchObject({ id: expect.any(Buffer) });
  });

  it('belongs to its caller, method and path', async () => {
    const { keyOf } = routesUnderTest();
    const key = { 'idempotency-key': 'k' };
    const ids = [
      await keyOf(loan, key),
      await keyOf(loan, { 'idempotency-key': 'k2' }),
      await keyOf(loan, { ...key, 'x-mo-caller': 'shop' }),
      await keyOf(loan, { ...key, 'x-mo-caller': 'bank' }),
      await keyOf({ score: 1 }, key, patch(1)),
      await keyOf({ score: 1 }, key, patch(2)),
    ].map(({ id }) => id.toString('hex'));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is the same key with a trailing slash or a query', async () => {
    const { keyOf } = routesUnderTest();
    const key = { 'idempotency-key': 'k' };
    const { id } = await keyOf(loan, key);
    expect((await keyOf(loan, key, { url: '/api/loans/' })).id).toEqual(id);
    expect((await keyOf(loan, key, { url: '/api/loans?a=b' })).id).toEqual(id);
  });

  it.each([
    ['in another order, with other white space', '{ "customer_id":7,\n "amount":400, "external_id":"l1" }'],
    ['with a number spelt as a decimal', '{"external_id":"l1","customer_id":7,"amount":400.00}'],
    ['with a number spelt with an exponent', '{"external_id":"l1","customer_id":7.0,"amount":4e2}'],
  ])('the same body has the same fingerprint: %s', async (_how, text) => {
    // A body that breaks a rule asks whether the key is used: with the key that a handler would have got.
    const { send, askedFor } = routesUnderTest();
    await send({ external_id: 'l1', customer_id: 7, amount: 400 }, { 'idempotency-key': 'k' });
    await send(text, { 'idempotency-key': 'k' });
    expect(askedFor).toHaveLength(2);
    expect(askedFor[1]).toEqual(askedFor[0]);
  });

  it('another body has another fingerprint', async () => {
    const { keyOf } = routesUnderTest();
    const key = { 'idempotency-key': 'k' };
    const first = await keyOf(loan, key);
    const second = await keyOf({ ...loan, amount: '400.01' }, key);
    expect(second.id).toEqual(first.id);
    expect(second.fingerprint).not.toEqual(first.fingerprint);
  });

  it('accepts a body of any depth: it is invalid instead of an internal error', async () => {
    const { send } = routesUnderTest();
    for (const depth of [1_000, 3_000, 10_000, 100_000]) {
      const reply = await send(`{"external_id":${'['.repeat(depth)}${']'.repeat(depth)}}`, { 'idempotency-key': 'k' });
      expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
  });
});

describe("an answer's Consistency-Token", () => {
  const tokenOf = async (headers: Record<string, string>) =>
    (await routesUnderTest().send(loan, headers)).headers['consistency-token'];

  it('contains the versions that the handler saw', async () => {
    expect(await tokenOf({})).toBe('1.7.2.5.0');
  });

  it("covers the request's token, too, if it is of the same customer", async () => {
    expect(await tokenOf({ 'consistency-token': TOKEN })).toBe('1.7.3.5.1');
    expect(await tokenOf({ 'consistency-token': '1.8.9.9.9' })).toBe('1.7.2.5.0');
  });
});
