import asyncapi from '@asyncapi/parser';
import { type EventType, eventData } from '@mo/contracts';
import { asyncApiDocument, eventSchemas } from '@mo/contracts/documents';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const text = JSON.stringify(asyncApiDocument());
/** 3.1 exists. What reads 3.0 reads on. */
const IS_NEWER = 'asyncapi-latest-version';

async function faultsOf(document: string): Promise<string[]> {
  const { diagnostics } = await new asyncapi.Parser().parse(document);
  return diagnostics.map(({ code }) => String(code)).filter((code) => code !== IS_NEWER);
}

function readerOf(schema: object) {
  const ajv = new Ajv2020();
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe('the AsyncAPI document', () => {
  it('is valid by the official parser', async () => {
    expect(await faultsOf(text)).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['an operation names a channel that is not there', '"#/channels/loans"', '"#/channels/credits"'],
    ['a required member is missing', '"action":"send",', ''],
    ['a Kafka binding holds something else', '"partitions":12', '"partitions":"many"'],
  ])('is not where %s', async (_what, before, after) => {
    expect(text).toContain(before);
    expect(await faultsOf(text.replace(before, after))).not.toEqual([]);
  });
});

describe.each(Object.values(asyncApiDocument().components.messages))(
  'the message $name',
  ({ headers, payload, examples }) => {
    it.each([
      ['headers', headers],
      ['payload', payload],
    ] as const)('has an example whose %s are valid', (part, schema) => {
      const validate = readerOf(schema);
      for (const example of examples) expect([validate(example[part]), validate.errors]).toEqual([true, null]);
    });
  },
);

describe.each([...eventSchemas()])('the JSON Schema of %s', (type: EventType, schema) => {
  const validate = readerOf(schema);
  const [example] = schema.examples as [Record<string, unknown>];

  it('takes its example, and so does the contract, to the member', () => {
    expect(validate(example)).toBe(true);
    expect(eventData[type].parse(example)).toEqual(example);
  });

  it('takes members that it does not know, for types grow', () => expect(validate({ ...example, more: 1 })).toBe(true));

  it.each(Object.keys(example))('asks for %s', (member) => {
    const { [member]: _, ...less } = example;
    expect(validate(less)).toBe(false);
  });
});
