/** The example subscribers against Kafka alone: messages that are no events, and a plan that has become too old. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testServers } from '@mo/dev-stack';
import kafkajs from 'kafkajs';
import { Example, exampleCommands } from '../src/example.ts';
import { eventually, waitFor } from '../src/wait-for.ts';

const TIMEOUT_MS = 180_000;
const { brokers } = testServers();
const client = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
const admin = client.admin();
const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mo-subscribers-'));
  await Promise.all([admin.connect(), producer.connect()]);
});
afterAll(async () => {
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  rmSync(folder, { recursive: true, force: true });
});

interface Spoilt {
  readonly headers?: Readonly<Record<string, string>>;
  readonly value?: string | null;
}

/** Customer 7's loan of 1.00, with other headers or another value. */
function loanTaken(version: number, { headers = {}, value }: Spoilt = {}) {
  const data = { customer_id: 7, customer_external_id: 'ada', loan_id: version, external_id: 'x', amount: '1.00' };
  const all = {
    ce_specversion: '1.0',
    ce_id: `loans-7-${version}`,
    ce_source: '/mo/loans',
    ce_type: 'LoanTaken',
    ce_time: '2026-02-01T10:00:00.000Z',
    ce_subject: '7',
    ce_sequence: String(version),
    ce_dataschema: 'urn:mo:event:LoanTaken:1',
    'content-type': 'application/json',
    ...headers,
  };
  return { key: '7', value: value === undefined ? JSON.stringify(data) : value, headers: all };
}

const SPOILT: readonly Spoilt[] = [
  { headers: { ce_specversion: '0.3' } },
  { headers: { ce_specversion: '' } },
  { headers: { ce_source: '/another/loans' } },
  { headers: { ce_type: '' } },
  { headers: { ce_id: '' } },
  { headers: { ce_time: 'yesterday' } },
  { headers: { ce_subject: 'ada' } },
  { headers: { ce_subject: '8' } },
  { headers: { ce_sequence: '-1' } },
  { value: '{' },
  { value: '[]' },
  { value: null },
];
const NO_EVENTS = [
  { key: null, value: 'garbage', headers: {} },
  { key: null, value: null },
  ...SPOILT.map((spoilt) => loanTaken(2, spoilt)),
];

describe.each(exampleCommands())('the subscriber in $language', (command) => {
  let prefix: string;
  beforeEach(async () => {
    prefix = `alone-${randomUUID().slice(0, 8)}`;
    const topics = ['loans', 'payments', 'copy'].map((name) => ({ topic: `${prefix}.${name}`, numPartitions: 1 }));
    await admin.createTopics({ topics, waitForLeaders: true });
  });
  const exampleWith = (plans: readonly string[] = []) =>
    new Example(command, brokers, prefix, join(folder, `${prefix}.db`), plans);

  it(
    'skips messages that are no events, and applies those around them',
    async () => {
      const messages = [loanTaken(1), ...NO_EVENTS, loanTaken(2)];
      await producer.send({ topic: `${prefix}.loans`, messages });
      const example = exampleWith();
      await example.during(async () => {
        example.start();
        await eventually(() => expect(example.rows()).toEqual([{ customerId: 7, lent: 200, paid: 0 }]));
        expect(await example.end('SIGTERM')).toBe(0);
        const skipped = example.output.match(/offset \d+, which is no event/g);
        expect(new Set(skipped).size).toBe(NO_EVENTS.length);
      });
    },
    TIMEOUT_MS,
  );

  it(
    'stops at a plan of before partitions were added, and follows one of after that',
    async () => {
      const live = `${prefix}.loans`;
      await producer.send({ topic: `${prefix}.copy`, messages: [loanTaken(1), loanTaken(2)] });
      await producer.send({ topic: live, messages: [loanTaken(3)].map((message) => ({ ...message, partition: 0 })) });
      await admin.createPartitions({ topicPartitions: [{ topic: live, count: 2 }] });
      const read = { topic: `${prefix}.copy`, until: [{ partition: 0, offset: '2' }] };
      const path = join(folder, `${prefix}.json`);
      const planFrom = (from: readonly { partition: number; offset: string }[]) =>
        writeFileSync(path, JSON.stringify({ read, resume: { topic: live, from } }));
      const example = exampleWith([path]);
      await example.during(async () => {
        planFrom([{ partition: 0, offset: '0' }]);
        example.start();
        await waitFor(async () => example.output.includes(`partitions were added to ${live} after this plan`));
        expect(await example.end('SIGTERM')).not.toBe(0);
        expect(example.rows()).toEqual([{ customerId: 7, lent: 200, paid: 0 }]);
        planFrom([0, 1].map((partition) => ({ partition, offset: '0' })));
        example.start();
        await eventually(() => expect(example.rows()).toEqual([{ customerId: 7, lent: 300, paid: 0 }]));
        expect(await example.end('SIGTERM')).toBe(0);
      });
    },
    TIMEOUT_MS,
  );
});
