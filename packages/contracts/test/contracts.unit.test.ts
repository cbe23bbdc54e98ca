import { openApiDocument } from '../src/documents/index.ts';
import {
  amountInput,
  auditQuery,
  canonicalJson,
  customerPath,
  FIELD_CODES,
  formatToken,
  loansQuery,
  mergeTokens,
  NO_VERSIONS,
  newCustomer,
  newLoan,
  newPayment,
  PROBLEMS,
  parseJson,
  parseToken,
  paymentsQuery,
  STREAMS,
  statementQuery,
  webhookChange,
  webhookReplay,
} from '../src/index.ts';

const issueOf = (json: string) => amountInput.safeParse(parseJson(json)).error?.issues[0]?.message;

describe('amounts in a request', () => {
  it.each([
    ['"12.5"', 1250n],
    ['12.5', 1250n],
    ['12', 1200n],
    ['"0.01"', 1n],
    ['9999999999.99', 999999999999n],
  ])('reads %s exactly', (json, minor) => expect(amountInput.parse(parseJson(json))).toBe(minor));

  it.each([
    ['1e2', 'exponent'],
    ['100.000', 'two decimals'],
    ['-1', 'sign'],
    ['0', 'greater than zero'],
    ['0.00', 'greater than zero'],
    ['12345678901', '10 digits'],
    ['true', 'decimal string or a number'],
    ['null', 'decimal string or a number'],
    ['[1]', 'decimal string or a number'],
  ])('refuses %s, and names the broken rule', (json, rule) => expect(issueOf(json)).toContain(rule));

  it('are named if they are missing', () => {
    const issues = newLoan.safeParse({
      external_id: 'a',
      customer_id: 1,
      maximum_payment_date: '2030-01-01T00:00:00Z',
    });
    expect(issues.error?.issues).toEqual([expect.objectContaining({ path: ['amount'], message: 'is required' })]);
  });
});

describe('request schemas', () => {
  it('refuse unknown members and name them', () => {
    const result = newCustomer.safeParse({ external_id: 'a', score: '1', colour: 'red' });
    expect(result.error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['colour'] });
  });

  it.each(['', 'a b', 'a'.repeat(61), 'a\u0000', '\ud800', 'a\u200bb'])('refuse the external_id %j', (external_id) => {
    expect(newCustomer.safeParse({ external_id, score: '1' }).success).toBe(false);
  });
});

describe('webhooks', () => {
  it('a replay takes an empty period, but none that ends before it begins', () => {
    const from = '2026-01-02T00:00:00Z';
    expect(webhookReplay.safeParse({ from, to: from })).toMatchObject({ success: true });
    expect(webhookReplay.safeParse({ from, to: '2026-01-01T23:59:59.999Z' }).error?.issues).toEqual([
      expect.objectContaining({ path: ['to'], message: 'must not be before from' }),
    ]);
  });

  it('an empty change names what may be changed', () => {
    const members = Object.keys(webhookChange.shape);
    const { message = '' } = webhookChange.safeParse({}).error?.issues[0] ?? {};
    expect(members.filter((member) => !message.includes(member))).toEqual([]);
  });
});

describe('alternatives in a request', () => {
  const issuesOf = (schema: typeof newLoan | typeof webhookReplay, body: object) =>
    schema.safeParse(body).error?.issues.map(({ path, message }) => `${path.join()} ${message}`);

  it.each([
    [{}, 'delivery_ids is required unless from is given'],
    [{ delivery_ids: [1], from: '2026-01-01T00:00:00Z' }, 'delivery_ids must not be given together with from'],
  ])('%j has an error that can be understood without its schema', (body, rule) => {
    expect(issuesOf(webhookReplay, body)).toEqual([rule]);
  });

  it('need one customer', () => {
    const loan = { external_id: 'a', amount: 1, maximum_payment_date: '2030-01-01T00:00:00Z' };
    expect(issuesOf(newLoan, loan)).toEqual(['customer_id is required unless customer_external_id is given']);
  });
});

describe('times in a request', () => {
  const ruleOf = (paid_at: unknown) => newPayment.safeParse({ ...payment, paid_at }).error?.issues[0]?.message;
  const payment = { external_id: 'a', customer_id: 1, total_amount: 1 };

  it.each(['2024-02-29T23:59:59Z', '2026-01-31T09:30:00.5+01:00'])('%s exists', (time) => {
    expect(ruleOf(time)).toBeUndefined();
  });

  it.each([
    ['2026-02-30T00:00:00Z', /^must be a day and a time that exist$/],
    ['2026-01-31T25:00:00+01:00', /^must be a day and a time that exist$/],
    ['2026-01-31T09:30:00 01:00', /^must be an RFC 3339 time .*; in a query, \+ is written as %2B$/],
    ['2026-01-31T09:30Z', /^must be an RFC 3339 time .*Z"$/],
    ['2026-01-31', /^must be an RFC 3339 time .*Z"$/],
    [7, /^must be an RFC 3339 time .*Z"$/],
  ])('%s has an error that explains the rule', (time, rule) => expect(ruleOf(time)).toMatch(rule));
});

describe('lower bounds of times', () => {
  const bound = (taken_from: string) => loansQuery.parse({ taken_from }).taken_from?.toISOString();

  it.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000Z'],
    ['2026-01-31T09:30:00.001000+01:00', '2026-01-31T08:30:00.001Z'],
    ['2026-01-31T09:30:00.0009Z', '2026-01-31T09:30:00.001Z'],
    ['2026-01-31T09:30:00.999000001Z', '2026-01-31T09:30:01.000Z'],
    ['1960-01-01T00:00:00.0001Z', '1960-01-01T00:00:00.001Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is rounded up to %s', (text, time) => expect(bound(text)).toBe(time));

  it('of a year that is too early are refused', () => {
    expect(loansQuery.safeParse({ taken_from: '0999-12-31T23:59:59.9999Z' }).success).toBe(false);
  });

  it('are the only times that are rounded up', () => {
    const time = '2026-01-31T09:30:00.0009Z';
    const read = [
      paymentsQuery.parse({ paid_from: time, paid_to: time }),
      auditQuery.parse({ from: time, to: time }),
      webhookReplay.parse({ from: time, to: time }),
      { as_of: statementQuery.parse({ as_of: time }).as_of, taken_to: loansQuery.parse({ taken_to: time }).taken_to },
    ];
    const up = (query: object) =>
      Object.entries(query).flatMap(([name, value]) =>
        value instanceof Date && value.getTime() % 10 === 1 ? name : [],
      );
    expect(read.map(up)).toEqual([['paid_from'], ['from'], ['from', 'to'], []]);
  });
});

describe('ids in a request', () => {
  const LOAN = '"external_id":"a","amount":"1","maximum_payment_date":"2030-01-01T00:00:00Z"';
  const inBody = (id: string) => newLoan.safeParse(parseJson(`{${LOAN},"customer_id":${id}}`)).data?.customer_id;
  const inPath = (id: string) => customerPath.safeParse({ customer_id: id }).data?.customer_id;

  it.each([
    ['1', 1],
    ['999999999999999', 999_999_999_999_999],
  ])('%s is a possible id', (id, number) => expect([inBody(id), inPath(id)]).toEqual([number, number]));

  it.each(['1000000000000000', '9007199254740993', '9'.repeat(20), '9'.repeat(200)])(
    '%s is none that there may be, and one that databases and services take',
    (id) => {
      for (const number of [inBody(id), inPath(id)]) {
        expect(Number.isSafeInteger(number)).toBe(true);
        expect(number).toBeGreaterThan(999_999_999_999_999);
      }
    },
  );

  it.each(['0', '-1', '1.5', '-10000000000000000', '0000000000000001', '1e20'])('%s is refused', (id) => {
    expect(inPath(id)).toBeUndefined();
    if (!id.startsWith('0')) expect(inBody(id)).toBeUndefined();
  });

  it('may be omitted from a body with an external_id', () => {
    expect(newLoan.safeParse(parseJson(`{${LOAN},"customer_external_id":"b"}`)).success).toBe(true);
    expect(newLoan.safeParse(parseJson(`{${LOAN},"customer_id":null}`)).success).toBe(false);
  });
});

describe('canonical JSON', () => {
  it('is equal for equivalent bodies', () => {
    expect(canonicalJson(parseJson('{"b": 1.50, "a": [1e1]}'))).toBe(canonicalJson(parseJson('{"a":[10],"b":1.5}')));
  });
});

describe('consistency tokens', () => {
  const token = { customerId: 7, versions: { customers: 1, loans: 2, payments: 3 } };
  it('contain the version of each stream', () => {
    for (const stream of STREAMS) {
      const versions = { ...NO_VERSIONS, [stream]: 5 };
      expect(parseToken(formatToken({ customerId: 7, versions }))?.versions[stream]).toBe(5);
    }
  });
  it('are parsed to the same token that was formatted', () => expect(parseToken(formatToken(token))).toEqual(token));
  it.each(['', '1', '1.0.1.1.1', '2.1.1.1.1', '1.1.1.1', '1.1.1.1.x'])('%j is not a token', (text) => {
    expect(parseToken(text)).toBeNull();
  });
  it('are merged to the later version of each stream', () => {
    const other = { customerId: 7, versions: { customers: 4, loans: 1, payments: 3 } };
    expect(mergeTokens(token, other).versions).toEqual({ customers: 4, loans: 2, payments: 3 });
  });
});

interface Described {
  properties: Record<string, { pattern?: string }>;
  additionalProperties?: boolean;
}

describe('the OpenAPI document', () => {
  const document = openApiDocument();
  const schemas = (document.components?.schemas ?? {}) as Record<string, Described>;
  it('describes every path once, with components', () => {
    expect(Object.keys(document.paths ?? {})).toHaveLength(25);
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(
      expect.arrayContaining(['Loan', 'Problem', 'NewLoan']),
    );
  });
  it('describes times in requests with any offset, and times in answers as UTC', () => {
    const times = ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00.123+01:00'];
    const taken = (name: string) => {
      const pattern = new RegExp(schemas[name]?.properties.paid_at?.pattern ?? '');
      return times.map((time) => pattern.test(time));
    };
    expect([taken('NewPayment'), taken('Payment')]).toEqual([
      [true, true],
      [true, false],
    ]);
  });
  it('describes that lists carry a token only if they concern one customer', () => {
    const headerOf = (path: string) => {
      const answer = document.paths?.[path]?.get?.responses?.['200'] as { headers: object } | undefined;
      return Object.entries(answer?.headers ?? {}).find(([name]) => name === 'Consistency-Token')?.[1];
    };
    const lists = ['/api/loans', '/api/payments', '/api/customers', '/api/customers/balance'];
    const optional = { $ref: '#/components/headers/ConsistencyTokenOfFilter' };
    expect(lists.map(headerOf)).toEqual(lists.map(() => optional));
    expect(document.components?.headers?.ConsistencyTokenOfFilter).not.toHaveProperty('required', true);
    expect(headerOf('/api/customers/{customer_id}/loans')).toEqual({ $ref: '#/components/headers/ConsistencyToken' });
  });
  it('forbids unknown members in requests, and permits them in answers', () => {
    const isOpen = (name: string) => schemas[name]?.additionalProperties !== false;
    expect([isOpen('NewLoan'), isOpen('Loan')]).toEqual([false, true]);
  });
  it('requires one of the two names of a customer', () => {
    const anyOf = [{ required: ['customer_id'] }, { required: ['customer_external_id'] }];
    expect([schemas.NewLoan, schemas.NewPayment]).toEqual([
      expect.objectContaining({ anyOf }),
      expect.objectContaining({ anyOf }),
    ]);
  });
  it('lists every code of a problem and of a field', () => {
    const text = document.info.description ?? '';
    const codes = [...Object.keys(PROBLEMS), ...Object.keys(FIELD_CODES)];
    expect(codes.filter((code) => !text.includes(`| \`${code}\` |`))).toEqual([]);
    expect(schemas.FieldError?.properties.code).toMatchObject({ 'x-extensible-enum': Object.keys(FIELD_CODES) });
  });
  it('describes an amount as a string or a number', () => {
    const amount = JSON.stringify(document.components?.schemas?.NewLoan);
    expect(amount).toContain('"oneOf":[{"type":"string"');
  });
});
