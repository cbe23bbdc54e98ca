/** What a fetch brings is, message by message, what kafkajs reads in it. */

import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { decodeFetch, type FetchResponse } from '../src/kafka/fetch-response.ts';
import type { FetchedMessage } from '../src/kafka/fetched-message.ts';
import { Fetch, protocolBefore } from '../src/kafka/quick-fetch.ts';
import { bodyOf, bytesOf } from './fetch-body.ts';

const VERSION = 11;
const MAGIC_AT = 16;

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
const part = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), bytes);
/** Of a header that is named as a member of every object kafkajs makes a list. */
const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !(text in {}));
const headers = fc.oneof(
  fc.constant({ ce_id: 'loans-1-2', ce_type: 'LoanTaken', ce_subject: '1' }),
  fc.dictionary(name, fc.oneof(part, fc.array(part, { minLength: 1, maxLength: 3 })), { maxKeys: 12 }),
);
const message = fc.record(
  {
    key: fc.option(part),
    value: fc.option(part),
    timestamp: fc.nat({ max: 2 ** 41 }).map(String),
    headers,
  },
  { requiredKeys: ['key', 'value', 'timestamp'] },
);
const batch = fc.record({
  messages: fc.array(message, { maxLength: 12 }),
  firstOffset: fc.nat({ max: 2 ** 50 }),
  attributes: fc.constantFrom(0, 0x8, 0x10, 0x30),
});

/** A truncated response. kafkajs rejects data that ends before the version of a batch. */
function cutOff(records: Buffer, cut: number): Buffer {
  const length = records.length - cut;
  return records.subarray(0, length <= MAGIC_AT ? 0 : length);
}

const decode = async (of: typeof Fetch.protocol, body: Buffer) =>
  (await of({ version: VERSION })({ topics: [] }).response.decode(body)) as FetchResponse;

const plain = ({ responses, ...rest }: FetchResponse) => ({
  ...rest,
  responses: responses.map(({ topicName, partitions }) => ({
    topicName,
    partitions: partitions.map(({ messages, ...partition }) => ({
      ...partition,
      messages: messages.map((each) => Object.assign({}, each, { headers: { ...each.headers } })),
    })),
  })),
});

const messagesOf = ({ responses }: FetchResponse): FetchedMessage[] =>
  responses.flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages));

const textOf = (value: FetchedMessage['headers'][string]): string =>
  Array.isArray(value) ? value.join() : (value?.toString() ?? '');

it('any response, wherever the broker cut it off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(batch, { maxLength: 3 }), { maxLength: 3 }),
      fc.nat({ max: 200 }),
      async (given, cut) => {
        const partitions = await Promise.all(
          given.map(async (batches) => Buffer.concat(await Promise.all(batches.map((each) => bytesOf(each))))),
        );
        const body = bodyOf(partitions.map((records) => cutOff(records, cut)));
        const [ours, theirs] = [await decode(Fetch.protocol, body), await decode(protocolBefore, body)];
        expect(decodeFetch(body)).not.toBeNull();
        expect(plain(ours)).toEqual(plain(theirs));
        const texts = messagesOf(theirs).map((each) =>
          Object.fromEntries(Object.entries(each.headers).map(([of, value]) => [of, textOf(value)])),
        );
        expect(messagesOf(ours).map((each) => each.headerTexts())).toEqual(texts);
      },
    ),
    { numRuns: 200 },
  );
});

it('headers without a value, and headers named like a member of every object', async () => {
  const given = { constructor: 'a', toString: ['b', 'c'], empty: '', absent: '' };
  const bytes = await bytesOf({
    messages: [{ value: null, timestamp: '1', headers: given }],
    firstOffset: 0,
    attributes: 0,
  });
  // The last header has no value: its length is -1, and not 0.
  bytes[bytes.length - 1] = 1;
  const [read] = messagesOf(decodeFetch(bodyOf([bytes])) as FetchResponse);
  expect(read?.headerTexts()).toEqual({ constructor: 'a', toString: 'b,c', empty: '', absent: '' });
  expect(read?.headers).toEqual({
    constructor: Buffer.from('a'),
    toString: [Buffer.from('b'), Buffer.from('c')],
    empty: Buffer.of(),
    absent: null,
  });
});

it('compressed, older or corrupt data is left to kafkajs', async () => {
  const messages = [{ value: 'v', timestamp: '1' }];
  const compressed = bodyOf([
    await bytesOf({ messages, firstOffset: 5, attributes: 0 }, kafkajs.CompressionTypes.GZIP),
  ]);
  expect(decodeFetch(compressed)).toBeNull();
  const [read] = messagesOf(await decode(Fetch.protocol, compressed));
  expect(read).toMatchObject({ offset: '5', value: Buffer.from('v') });
  expect(Fetch.protocol({ version: 10 })).toBe(protocolBefore({ version: 10 }));
  const named = await bytesOf({
    messages: [{ value: 'v', headers: { a_header_: 'h' } }],
    firstOffset: 0,
    attributes: 0,
  });
  named.write('__proto__', named.indexOf('a_header_'));
  expect(decodeFetch(bodyOf([named]))).toBeNull();
  // A message of the format before, shorter than any batch.
  const old = Buffer.alloc(40);
  old[MAGIC_AT] = 1;
  expect(decodeFetch(bodyOf([old]))).toBeNull();

  const whole = bodyOf([await bytesOf({ messages, firstOffset: 5, attributes: 0 })]);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
      expect(decodeFetch(whole.subarray(0, length))).toBeNull();
    }),
  );
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      const broken = Buffer.from(whole);
      broken[at] = byte;
      expect(() => decodeFetch(broken)).not.toThrow();
    }),
    { numRuns: 1_000 },
  );
});
