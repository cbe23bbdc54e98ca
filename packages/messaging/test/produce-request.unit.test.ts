/** What we send for kafkajs is, byte by byte, what it would send. */

import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { partitionOf } from '../src/kafka/partition.ts';
import { Produce, protocolBefore } from '../src/kafka/quick-produce.ts';

const NOW_MS = 1_790_000_000_123;
const { now } = Date;
beforeAll(() => {
  Date.now = () => NOW_MS;
});
afterAll(() => {
  Date.now = now;
});

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const part = fc.oneof(text, bytes);
const message = fc.record(
  {
    key: fc.option(part),
    value: fc.option(part),
    headers: fc.dictionary(fc.string({ maxLength: 20 }), fc.oneof(part, fc.array(part, { maxLength: 3 })), {
      maxKeys: 12,
    }),
  },
  { requiredKeys: ['key', 'value'] },
);
const partition = fc.record(
  { partition: fc.nat(), firstSequence: fc.nat(), messages: fc.array(message, { maxLength: 80 }) },
  { requiredKeys: ['partition', 'messages'] },
);
const options = fc.record(
  {
    acks: fc.constantFrom(-1, 0, 1),
    timeout: fc.nat(),
    compression: fc.constant(kafkajs.CompressionTypes.None),
    topicData: fc.array(
      fc.record({ topic: fc.string({ maxLength: 30 }), partitions: fc.array(partition, { maxLength: 4 }) }),
      { maxLength: 3 },
    ),
    transactionalId: fc.string({ minLength: 1, maxLength: 9 }),
    producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    producerEpoch: fc.nat({ max: 32_767 }),
  },
  { requiredKeys: ['acks', 'timeout', 'compression', 'topicData'] },
);

it.each([3, 7])('version %i, for any messages', async (version) => {
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const [ours, theirs] = [Produce.protocol({ version })(given), protocolBefore({ version })(given)];
      expect(ours.request).toMatchObject({ apiKey: 0, apiVersion: version });
      expect((await ours.request.encode()).buffer.equals((await theirs.request.encode()).buffer)).toBe(true);
      expect(ours.response).toBe(theirs.response);
    }),
  );
});

it('is left to kafkajs for compressed messages, those with timestamps, and old versions', async () => {
  const send = {
    acks: -1,
    timeout: 1,
    topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'v' }] }] }],
  };
  const later = [{ value: 'v', timestamp: '1' }];
  const topicData = [{ topic: 't', partitions: [{ partition: 0, messages: later }] }];
  for (const given of [
    { ...send, compression: kafkajs.CompressionTypes.GZIP },
    { ...send, topicData },
  ]) {
    const { encode } = Produce.protocol({ version: 7 })(given).request;
    expect(encode.toString()).toBe(protocolBefore({ version: 7 })(given).request.encode.toString());
  }
  expect(Produce.protocol({ version: 2 })).toBe(protocolBefore({ version: 2 }));
});

it('a key goes to the same partition as with every other client', () => {
  const theirs = kafkajs.Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(part, fc.integer({ min: 1, max: 100 }), (key, partitions) => {
      const partitionMetadata = Array<kafkajs.PartitionMetadata>(partitions);
      expect(partitionOf(key, partitions)).toBe(
        theirs({ topic: 't', partitionMetadata, message: { key, value: null } }),
      );
    }),
    { numRuns: 1_000 },
  );
});
