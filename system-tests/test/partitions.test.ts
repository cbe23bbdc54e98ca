/**
 * Partitions are added to the topics of a system in use: no call fails, and subscribers miss nothing and keep the
 * order.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences } from '@mo/agreement';
import { TOPIC_PARTITIONS } from '@mo/contracts';
import { Example, exampleCommands } from '../src/example.ts';
import { ExampleBusiness } from '../src/example-business.ts';
import { complaintsOf, mo, systemEnv } from '../src/mo.ts';
import { Subscriber } from '../src/subscriber.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';

const TOPIC_PREFIX = `mo-${randomUUID().slice(0, 8)}`;
const TOPICS = [`${TOPIC_PREFIX}.loans`, `${TOPIC_PREFIX}.payments`];
const RAISED = 2 * TOPIC_PARTITIONS;
const TIMEOUT_MS = 240_000;

let system: System;
let subscriber: Subscriber;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mo-partitions-'));
  const replicas = { customers: 1, loans: 2, payments: 1 };
  system = await startSystem({ replicas, env: { LOG_LEVEL: 'warn', TOPIC_PREFIX } });
  subscriber = new Subscriber(system.stack.stack().kafka.brokers);
});
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const endsOf = async (topic: string) =>
  (await subscriber.ends(topic)).map(({ partition, offset }) => ({ partition, events: Number(offset) }));

/** Raises both topics, and waits until the added partitions of each contain messages. */
async function raiseBoth(): Promise<void> {
  const env = { ...systemEnv(system.stack.stack()), TOPIC_PREFIX };
  for (const topic of TOPICS) {
    const raised = await mo(['partitions', 'raise', '--topic', topic, '--to', String(RAISED), '--json'], { env });
    expect([complaintsOf(raised), raised.code]).toEqual(['', 0]);
    expect(JSON.parse(raised.stdout)).toEqual({ topic, from: TOPIC_PARTITIONS, to: RAISED });
  }
  for (const topic of TOPICS)
    await waitFor(async () =>
      (await endsOf(topic)).some(({ partition, events }) => partition >= TOPIC_PARTITIONS && events > 0),
    );
}

async function whileUnderWay(business: ExampleBusiness, work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const underWay = (async () => {
    while (!isOver) await business.round();
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await underWay;
  }
}

it.each(exampleCommands().slice(0, 1))(
  'are added while the subscriber in $language continues, and its ledger is right in the end',
  async (command) => {
    const { brokers } = system.stack.stack().kafka;
    const example = new Example(command, brokers, TOPIC_PREFIX, join(folder, 'ledger.db'));
    const business = await ExampleBusiness.begin(system);
    await business.round();
    example.start();
    await example.during(async () => {
      await business.untilTrue(example);
      await whileUnderWay(business, raiseBoth);
      await business.untilTrue(example);
      expect(await example.end('SIGTERM')).toBe(0);
    });
    await waitFor(async () => (await differences(system.stack.stack())).length === 0);
  },
  TIMEOUT_MS,
);
