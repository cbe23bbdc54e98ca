import { EVENT_TYPES, type EventType, type Operation, type OperationId, operations, parseJson } from '@mo/contracts';
import { asyncApiDocument, openApiDocument, TEXTS } from '@mo/contracts/documents';
import { Validator } from '@seriousme/openapi-schema-validator';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { exampleFaults, examplesIn } from './examples.ts';

/** As readers get it. */
const document = JSON.parse(JSON.stringify(openApiDocument()));
/** Addresses that there are none of; and tags are in the order in which a newcomer needs them. */
const NOT_OURS = { 'contact-properties': 'off', 'license-url': 'off', 'openapi-tags-alphabetical': 'off' } as const;

async function lint(candidate: object): Promise<string[]> {
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [[rulesets.oas as spectral.RulesetDefinition, 'all']], rules: NOT_OURS });
  return (await linter.run(candidate as Record<string, unknown>)).map(({ code, path }) => `${code} ${path.join(' ')}`);
}

describe('the OpenAPI document', () => {
  it('is valid by the published schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    const broken = { ...document, paths: { '/api/loans': { get: { responses: { 200: {} } } } } };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('leaves Spectral nothing to say', async () => {
    expect(await lint(document)).toEqual([]);
    const { description: _, ...undescribed } = document.info;
    expect(await lint({ ...document, info: undescribed })).toEqual(['info-description info']);
  });

  it('names the changes of its version first', () => {
    const [, changes] = document.info.description.split('## Changes');
    expect(/\*\*(.+?)\*\*/.exec(changes)?.[1]).toBe(document.info.version);
  });

  it('has an example of every body and every answer, each valid by its schema', () => {
    const { withExample, without } = examplesIn(document);
    expect(without).toEqual([]);
    expect(exampleFaults(document, withExample)).toEqual([]);
  });

  it('describes every member of every body of a request', () => {
    const members = ({ paths, components: { schemas } }: typeof document) =>
      Object.values<Record<string, { requestBody?: { content: Record<string, { schema: { $ref?: string } }> } }>>(paths)
        .flatMap((item) => Object.values(item))
        .flatMap(({ requestBody }) => requestBody?.content['application/json']?.schema.$ref ?? [])
        .map((ref) => ref.replace('#/components/schemas/', ''))
        .flatMap((name) =>
          Object.entries<object>(schemas[name].properties ?? {}).map(([member, schema]) => ({ name, member, schema })),
        );
    const undescribed = (candidate: typeof document) =>
      members(candidate)
        .filter(({ schema }) => !('description' in schema) && !('$ref' in schema))
        .map(({ name, member }) => `${name}.${member}`);
    expect(members(document).length).toBeGreaterThan(20);
    expect(undescribed(document)).toEqual([]);
    const lacking = structuredClone(document);
    delete lacking.components.schemas.NewPayment.properties.paid_at.description;
    expect(undescribed(lacking)).toEqual(['NewPayment.paid_at']);
  });

  it('accepts every amount of cents as a number, despite the rounding of doubles', () => {
    const { amount } = document.components.schemas.NewLoan.properties;
    const cents = Array.from({ length: 1_000 }, (_, index) => (index + 1) / 100);
    const isValid = new Ajv2020({ strict: false }).compile(amount);
    expect([...cents, 9_999_999_999.99].filter((value) => !isValid(value))).toEqual([]);
    expect([0, -0.01, 10_000_000_000].filter((value) => isValid(value))).toEqual([]);
  });

  it('describes every type of event to receivers of webhooks', () => {
    const { requestBody } = document.webhooks.event.post;
    const validate = new Ajv2020({ strict: false, validateFormats: false })
      .addSchema({ ...document, $id: 'urn:mo:document' })
      .compile({ $ref: 'urn:mo:document#/components/schemas/WebhookMessage' });
    expect(requestBody.content['application/json'].schema.$ref).toBe('#/components/schemas/WebhookMessage');
    const described = asyncApiDocument().components.messages;
    const messages = (Object.keys(EVENT_TYPES) as EventType[]).flatMap((name) =>
      described[name].examples.map(({ name: type, headers, payload: data }) => ({
        type,
        timestamp: headers.ce_time,
        sequence: Number(headers.ce_sequence),
        data,
      })),
    );
    expect(messages.filter((message) => !validate(message))).toEqual([]);
    expect(validate({ ...messages[0], more: 1 })).toBe(true);
    expect(validate({ ...messages[0], type: 'LoanPaid' })).toBe(false);
  });

  it('finds an example that is not valid', () => {
    const broken = structuredClone(document);
    broken.paths['/api/loans'].post.responses[201].content['application/json'].examples.active.value.amount = 600;
    const faults = exampleFaults(broken, examplesIn(broken).withExample);
    expect(faults).toEqual([
      expect.stringMatching(/^paths \/api\/loans post responses 201 .* active: \/amount must be string/),
    ]);
  });
});

describe.each(Object.keys(operations) as OperationId[])('the examples of %s', (id) => {
  const operation: Operation = operations[id];
  const text = TEXTS[id];

  it('are the bodies that the services accept', () => {
    if (operation.body === undefined) return expect(Object.keys(text.request ?? {})).toEqual(operation.stream ?? []);
    for (const { value } of Object.values(text.request?.['application/json'] ?? {})) {
      expect(operation.body.safeParse(parseJson(JSON.stringify(value)))).toMatchObject({ success: true });
    }
  });

  it('are the answers of the services, member by member', () => {
    expect(Object.keys(text.answers)).toEqual(Object.keys(operation.answers));
    for (const [status, schema] of Object.entries(operation.answers)) {
      const values = Object.values(text.answers[Number(status)] ?? {}).map(({ value }) => value);
      expect(values.length).toBeGreaterThan(0);
      for (const value of values) expect(schema.parse(value)).toEqual(value);
    }
  });
});
