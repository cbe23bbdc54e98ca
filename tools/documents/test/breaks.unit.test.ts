import { documentFiles } from '../src/files.ts';
import { breaksBetween, faultOfRelease } from '../src/release.ts';

/** Documents are changed in any place. */
type Anything = ReturnType<typeof JSON.parse>;

const files = documentFiles();

const released = {
  'openapi.json': files.get('openapi.json') as string,
  'asyncapi.json': files.get('asyncapi.json') as string,
};

/** What breaks once the change is made to a document. */
function breaksOf(path: keyof typeof released, change: (document: Anything) => void): string[] {
  const document = JSON.parse(released[path]);
  change(document);
  return breaksBetween(path, released[path], JSON.stringify(document));
}

const without = (list: string[], name: string) => list.filter((other) => other !== name);
const removeMember = (schema: Anything, name: string) => {
  delete schema.properties[name];
  schema.required = without(schema.required, name);
};

type Change = [what: string, change: (document: Anything) => void];

describe('a change of the API breaks its clients that', () => {
  const loans = (document: Anything) => document.paths['/api/loans'];
  const schemas = (document: Anything) => document.components.schemas;

  it.each<Change>([
    ['removes an operation', (d) => delete loans(d).get],
    ['removes a path', (d) => delete d.paths['/api/loans/{loan_id}']],
    ['renames an operation', (d) => Object.assign(loans(d).get, { operationId: 'allLoans' })],
    ['removes a schema by its name', (d) => delete schemas(d).FieldError],
    ['removes a member of an answer', (d) => removeMember(schemas(d).Loan, 'outstanding')],
    ['removes a member that not every answer has', (d) => delete schemas(d).Problem.properties.available_amount],
    ['tells a member no longer always', (d) => Object.assign(schemas(d).Loan, { required: ['id'] })],
    ['removes a member that every problem has', (d) => removeMember(schemas(d).Problem, 'instance')],
    ['retypes a member of an answer', (d) => Object.assign(schemas(d).Loan.properties.amount, { type: 'number' })],
    [
      'tells null where there was none',
      (d) => Object.assign(schemas(d).Loan.properties.amount, { type: ['string', 'null'] }),
    ],
    ['words a member in another way', (d) => Object.assign(schemas(d).Loan.properties.amount, { pattern: '^\\d+$' })],
    [
      'tells a member in another format',
      (d) => Object.assign(schemas(d).Loan.properties.created_at, { format: 'date' }),
    ],
    ['tells a status that was not known', (d) => schemas(d).Loan.properties.status.enum.push('frozen')],
    [
      'answers another status',
      (d) => Object.assign(loans(d).post.responses, { 200: loans(d).post.responses[201], 201: undefined }),
    ],
    [
      'answers in another media type',
      (d) => Object.assign(loans(d).get.responses[200], { content: { 'text/csv': {} } }),
    ],
    ['removes a header of an answer', (d) => delete loans(d).post.responses[201].headers['Consistency-Token']],
    ['sends a header no longer always', (d) => Object.assign(d.components.headers.RetryAfter, { required: false })],
    ['asks for another scope', (d) => Object.assign(loans(d).get, { 'x-scope': 'admin' })],
    [
      'removes a member of a message to webhooks',
      (d) => removeMember(schemas(d).LoanTakenMessage.properties.data, 'amount'),
    ],
    [
      'retypes a member of a message',
      (d) => Object.assign(schemas(d).LoanPaidMessage.properties.sequence, { type: 'string' }),
    ],
    ['sends messages without a header', (d) => d.webhooks.event.post.parameters.shift()],
    ['sends no messages', (d) => delete d.webhooks.event],
    ['asks for a new member', (d) => schemas(d).NewLoan.required.push('contract_version')],
    [
      'asks for a member that was not known',
      (d) => {
        schemas(d).NewLoan.properties.purpose = { type: 'string' };
        schemas(d).NewLoan.required.push('purpose');
      },
    ],
    ['takes a member no longer', (d) => delete schemas(d).NewLoan.properties.contract_version],
    ['takes a member called description no longer', (d) => delete schemas(d).NewWebhook.properties.description],
    ['takes a value no longer', (d) => Object.assign(schemas(d).NewLoan.properties.status, { enum: ['active'] })],
    ['takes a type no longer', (d) => schemas(d).NewLoan.properties.amount.oneOf.pop()],
    ['takes null no longer', (d) => schemas(d).NewCustomer.properties.preapproved_at.anyOf.pop()],
    [
      'takes fewer',
      (d) => Object.assign(loans(d).get.parameters.find((p: Anything) => p.name === 'limit').schema, { maximum: 100 }),
    ],
    [
      'removes a parameter',
      (d) =>
        Object.assign(loans(d).get, {
          parameters: loans(d).get.parameters.filter((p: Anything) => p.name !== 'status'),
        }),
    ],
    [
      'asks for a parameter',
      (d) => loans(d).get.parameters.push({ in: 'query', name: 'year', required: true, schema: { type: 'string' } }),
    ],
    ['takes a media type no longer', (d) => delete d.paths['/api/customers/bulk'].post.requestBody.content['text/csv']],
    [
      'asks for a body',
      (d) => Object.assign(d.paths['/api/loans/{loan_id}/reject'].post.requestBody, { required: true }),
    ],
    ['takes a way to authenticate no longer', (d) => d.security.pop()],
  ])('%s', (_what, change) => expect(breaksOf('openapi.json', change)).not.toEqual([]));

  it.each<Change>([
    ['nothing', () => {}],
    ['an operation', (d) => Object.assign(d.paths, { '/api/limits': { get: loans(d).get } })],
    [
      'a member of an answer',
      (d) => {
        schemas(d).Loan.properties.purpose = { type: 'string' };
        schemas(d).Loan.required.push('purpose');
      },
    ],
    [
      'a member of a request that may be left out',
      (d) => Object.assign(schemas(d).NewLoan.properties, { purpose: { type: 'string' } }),
    ],
    [
      'a member of a message to webhooks',
      (d) => {
        schemas(d).LoanTakenMessage.properties.purpose = { type: 'string' };
        schemas(d).LoanTakenMessage.required.push('purpose');
      },
    ],
    ['a header of a message', (d) => d.webhooks.event.post.parameters.push({ in: 'header', name: 'age', schema: {} })],
    ['a value in a request', (d) => schemas(d).NewLoan.properties.status.enum.push('draft')],
    ['a parameter', (d) => loans(d).get.parameters.push({ in: 'query', name: 'year', schema: { type: 'string' } })],
    ['words', (d) => Object.assign(d.info, { description: 'other words' })],
    ['a pattern to an answer', (d) => Object.assign(schemas(d).Problem.properties.title, { pattern: '^[A-Z]' })],
    ['a header of an answer', (d) => Object.assign(loans(d).get.responses[200].headers, { Age: { schema: {} } })],
    ['a kind of problem', (d) => schemas(d).Problem.properties.code.enum.push('key_lost')],
  ])('but not one that adds %s', (_what, change) => expect(breaksOf('openapi.json', change)).toEqual([]));
});

describe('a change of the events breaks subscribers that', () => {
  const message = (document: Anything, type = 'LoanTaken') => document.components.messages[type];

  it.each<Change>([
    ['removes a type', (d) => delete d.channels.loans.messages.LoanPaid],
    ['renames a topic', (d) => Object.assign(d.channels.loans, { address: 'mo.credit' })],
    ['removes a member', (d) => removeMember(message(d).payload, 'amount')],
    ['tells a member no longer always', (d) => Object.assign(message(d).payload, { required: ['customer_id'] })],
    ['retypes a member', (d) => Object.assign(message(d).payload.properties.amount, { type: 'number' })],
    [
      'tells null where there was none',
      (d) => Object.assign(message(d).payload.properties.taken_at, { type: ['string', 'null'] }),
    ],
    [
      'no longer tells null alone',
      (d) => Object.assign(message(d, 'LoanRequested').payload.properties.taken_at, { type: 'string' }),
    ],
    [
      'tells a value that was not known',
      (d) => message(d, 'CustomerUpdated').payload.properties.status.enum.push('closed'),
    ],
    [
      'removes a member of a detail',
      (d) => removeMember(message(d, 'PaymentApplied').payload.properties.details.items, 'amount'),
    ],
    ['tells an empty list', (d) => delete message(d, 'PaymentApplied').payload.properties.details.minItems],
    ['removes a header', (d) => removeMember(message(d).headers, 'ce_sequence')],
    ['removes a header that not every event has', (d) => delete message(d).headers.properties.ce_seen],
    [
      'names events in another way',
      (d) => Object.assign(message(d).headers.properties.ce_id, { pattern: '^[0-9a-f-]{36}$' }),
    ],
    [
      'tells a time in another format',
      (d) => Object.assign(message(d).payload.properties.taken_at, { format: 'date' }),
    ],
    [
      'asks of old events for a member that they lack',
      (d) => {
        message(d).payload.properties.purpose = { type: ['string', 'null'] };
        message(d).payload.required.push('purpose');
      },
    ],
    [
      'asks for one in a detail',
      (d) => {
        const { items } = message(d, 'PaymentApplied').payload.properties.details;
        items.properties.fee = { type: 'string' };
        items.required.unshift('fee');
      },
    ],
    [
      'no longer takes a value of old events',
      (d) => Object.assign(message(d, 'CustomerUpdated').payload.properties.status, { enum: ['active'] }),
    ],
    [
      'asks old events for a pattern',
      (d) => Object.assign(message(d, 'PaymentRejected').payload.properties.rejection_reason, { pattern: '^e' }),
    ],
    [
      'asks old events for shorter words',
      (d) => Object.assign(message(d).payload.properties.external_id, { maxLength: 10 }),
    ],
    [
      'asks old events for longer lists',
      (d) => Object.assign(message(d, 'PaymentApplied').payload.properties.details, { minItems: 2 }),
    ],
    ['asks of old events for a header', (d) => message(d).headers.required.push('ce_traceparent')],
    ['is not in JSON', (d) => Object.assign(message(d), { contentType: 'application/avro' })],
    ['words the key in another way', (d) => Object.assign(message(d).bindings.kafka.key, { pattern: '^[a-z]+$' })],
    ['keys by something else', (d) => Object.assign(message(d).bindings.kafka.key, { type: 'integer' })],
    [
      'calls another version by the same type',
      (d) => Object.assign(message(d).headers.properties.ce_dataschema, { const: 'urn:mo:event:LoanTaken:2' }),
    ],
  ])('%s', (_what, change) => expect(breaksOf('asyncapi.json', change)).not.toEqual([]));

  it.each<Change>([
    [
      'a type',
      (d) => {
        d.components.messages.LoanFrozen = message(d);
        d.channels.loans.messages.LoanFrozen = {};
      },
    ],
    ['a topic', (d) => Object.assign(d.channels, { risks: { address: 'mo.risks', messages: {} } })],
    ['a member', (d) => Object.assign(message(d).payload.properties, { purpose: { type: 'string' } })],
    ['a header', (d) => Object.assign(message(d).headers.properties, { ce_region: { type: 'string' } })],
  ])('but not one that adds %s', (_what, change) => expect(breaksOf('asyncapi.json', change)).toEqual([]));
});

describe('a document is released', () => {
  const whole = JSON.stringify(
    { ...JSON.parse(files.get('openapi.json') as string), info: { version: '1.0.0' } },
    null,
    2,
  );
  const changed = (change: (document: Anything) => void) => {
    const document = JSON.parse(whole);
    change(document);
    return faultOfRelease('openapi.json', whole, JSON.stringify(document, null, 2));
  };
  const grown = (version: string) => (document: Anything) => {
    document.info.version = version;
    document.paths['/api/limits'] = {};
  };

  it('again as it was', () => expect(faultOfRelease('openapi.json', whole, whole)).toBeNull());
  it('with more in it under another version only', () => {
    expect(changed(grown('1.1.0'))).toBeNull();
    expect(changed(grown('1.0.0'))).toBe('another text needs another version');
  });
  it('with less in it under another major version only', () => {
    const smaller = (version: string) => (document: Anything) => {
      document.info.version = version;
      delete document.paths['/api/loans'].get;
    };
    expect(changed(smaller('1.1.0'))).toMatch(/^it breaks what was released:\npaths \/api\/loans get remove/);
    expect(changed(smaller('2.0.0'))).toBeNull();
  });
});
