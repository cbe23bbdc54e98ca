import { readFileSync } from 'node:fs';
import asyncapi from '@asyncapi/parser';
import { DEAD_LETTER_HEADERS, EVENT_TYPES, type EventType, eventData, STREAMS, type Stream } from '@mo/contracts';
import { asyncApiDocument, eventSchemas } from '@mo/contracts/documents';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const text = JSON.stringify(asyncApiDocument());
const TYPES = Object.keys(EVENT_TYPES) as EventType[];
/** 3.1 exists. What reads 3.0 reads on. */
const IS_NEWER = 'asyncapi-latest-version';

async function faultsOf(document: string): Promise<string[]> {
  const { diagnostics } = await new asyncapi.Parser().parse(document);
  return diagnostics.map(({ code }) => String(code)).filter((code) => code !== IS_NEWER);
}

/** The versions that `ce_seen` names, by stream. */
const parseSeen = (text: string) =>
  new Map(
    text
      .split(',')
      .filter((part) => part !== '')
      .map((part) => part.split('='))
      .map(([stream, version]) => [stream as Stream, Number(version)]),
  );

function readerOf(schema: object) {
  const ajv = new Ajv2020();
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe('the AsyncAPI document', () => {
  it('is valid by the official parser', async () => {
    expect(await faultsOf(text)).toEqual([]);
  });

  it('names no broker, because each deployment has others', () => {
    const { host, variables } = asyncApiDocument().servers.kafka;
    expect(host).toBe('{broker}');
    expect(variables.broker).toEqual({ description: expect.stringContaining('of the deployment') });
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

const { messages } = asyncApiDocument().components;
const events = TYPES.map((type) => messages[type]);

describe.each(events)('the message $name', ({ headers, payload, examples }) => {
  it.each([
    ['headers', headers],
    ['payload', payload],
  ] as const)('has an example whose %s are valid', (part, schema) => {
    const validate = readerOf(schema);
    for (const example of examples) expect([validate(example[part]), validate.errors]).toEqual([true, null]);
  });
});

describe('the topics of dead letters', () => {
  const letters = [messages.DeadLetter, messages.DeadLetterNotice];

  it.each(letters)('hold $name, with an example whose headers are valid', ({ headers, examples }) => {
    const validate = readerOf(headers);
    for (const example of examples) expect([validate(example.headers), validate.errors]).toEqual([true, null]);
    expect(validate({})).toBe(false);
  });

  it('hold no other headers than are described', () => {
    const described = letters.flatMap(({ headers }) => Object.keys(headers.properties ?? {}));
    expect(new Set(described)).toEqual(new Set(Object.values(DEAD_LETTER_HEADERS)));
  });

  it.each(STREAMS)('are beside the topic of %s', (stream) => {
    const channel = Object.values<{ address: string; messages: object }>(asyncApiDocument().channels).find(
      ({ address }) => address === `mo.${stream}.dlq`,
    );
    expect(Object.keys(channel?.messages ?? {})).toEqual(['DeadLetter', 'DeadLetterNotice']);
  });
});

describe('the examples of the messages', () => {
  const examples = events.flatMap((message) => message.examples);
  const told = examples.map(({ name, headers, payload }) => ({
    name,
    id: headers.ce_id,
    stream: headers.ce_source.split('/').at(-1) as Stream,
    customer: headers.ce_subject,
    version: Number(headers.ce_sequence),
    time: headers.ce_time,
    seen: parseSeen(headers.ce_seen ?? ''),
    trace: headers.ce_traceparent,
    payload,
  }));

  it('are different events, each by its own request', () => {
    expect(told.map(({ name }) => name)).toEqual(TYPES);
    for (const key of ['id', 'trace'] as const) expect(new Set(told.map((event) => event[key])).size).toBe(told.length);
  });

  it.each(told)('say of $name which version of which stream and customer it is', (event) => {
    expect(event.id).toBe(`${event.stream}-${event.customer}-${event.version}`);
    expect(event.customer).toBe(String(event.payload.customer_id));
    expect(event.stream).toBe(EVENT_TYPES[event.name].stream);
  });

  it.each(told)('let $name be decided on what was there by then, and on nothing later', ({ stream, time, seen }) => {
    expect(seen.has(stream)).toBe(false);
    for (const cause of told) {
      const isSeen = cause.version <= (seen.get(cause.stream) ?? 0);
      if (isSeen) expect(cause.time <= time).toBe(true);
      else if (seen.has(cause.stream)) expect(cause.time >= time).toBe(true);
    }
  });

  it.each(STREAMS)('number the events of %s by time, without gaps', (stream) => {
    const ofStream = told.filter((event) => event.stream === stream).sort((a, b) => a.version - b.version);
    expect(ofStream.map(({ version }) => version)).toEqual(ofStream.map((_, index) => index + 1));
    expect(ofStream.map(({ time }) => time)).toEqual(ofStream.map(({ time }) => time).sort());
  });
});

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

it('docs/events.md lists each event type with its topic and source', () => {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| (`mo\.\w+` \| `\/mo\/\w+` \| `\w+`) \|/gm)].map(([, cells]) => cells);
  const rowOf = (type: EventType) =>
    `\`mo.${EVENT_TYPES[type].stream}\` | \`/mo/${EVENT_TYPES[type].stream}\` | \`${type}\``;
  expect(listed).toHaveLength(TYPES.length);
  expect(new Set(listed)).toEqual(new Set(TYPES.map(rowOf)));
});
