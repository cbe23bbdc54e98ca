/**
 * Follows loans and payments from the beginning, and keeps how much each customer has borrowed and paid. It may be
 * stopped or killed at any time: the ledger decides which events count, and Kafka's offsets only avoid reading events
 * again.
 */
import { readFileSync } from 'node:fs';
import kafkajs from 'kafkajs';
import { followPlan, type Plan } from './backfill.ts';
import { readEvent } from './event.ts';
import { Ledger } from './ledger.ts';

const { KAFKA_BROKERS = 'localhost:9092', TOPIC_PREFIX = 'mo', LEDGER = 'ledger.db', PLANS = '' } = process.env;
/** How soon another process takes over from one that was killed. */
const SESSION_TIMEOUT_MS = 6_000;
/** How soon partitions that were added to a topic are found. */
const METADATA_AGE_MS_MAX = 10_000;
const TOPICS = [`${TOPIC_PREFIX}.loans`, `${TOPIC_PREFIX}.payments`];

const ledger = new Ledger(LEDGER);
const kafka = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.ERROR });
// One group per ledger: an empty ledger must not continue from the offsets of an old one.
const groupId = `example-${ledger.id}`;
const newConsumer = () =>
  kafka.consumer({ groupId, sessionTimeout: SESSION_TIMEOUT_MS, metadataMaxAge: METADATA_AGE_MS_MAX });
const consumer = newConsumer();

const ending = Promise.withResolvers<void>();
process.once('SIGINT', () => ending.resolve());
process.once('SIGTERM', () => ending.resolve());

try {
  if (await followPlans(PLANS.split(',').filter((path) => path !== ''))) await followLive();
} finally {
  await consumer.disconnect();
  ledger.close();
}

async function followLive(): Promise<void> {
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
  await consumer.run({
    // One transaction per batch. The offsets are committed after it: events that arrive again are skipped.
    eachBatch: async ({ batch: { messages } }) => {
      try {
        apply(messages);
      } catch (error) {
        // An event that cannot be applied is no failure of Kafka: retrying would not help.
        ending.reject(error);
        throw error;
      }
    },
  });
  await ending.promise;
}

/** Events that are no longer on the live topics come from backfills, which are read first. */
async function followPlans(paths: readonly string[]): Promise<boolean> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const path of paths) {
      const plan = JSON.parse(readFileSync(path, 'utf8')) as Plan;
      const group = { groupId, admin, consumer: newConsumer() };
      if (!(await followPlan(plan, group, apply, ending.promise))) return false;
    }
    return true;
  } finally {
    await admin.disconnect();
  }
}

function apply(messages: readonly kafkajs.KafkaMessage[]): void {
  const events = messages.flatMap((message) => {
    const event = readEvent(message);
    if (event === null) console.error(`skipped the message at offset ${message.offset}, which is no event`);
    return event ?? [];
  });
  for (const line of ledger.apply(events)) console.log(line);
}
