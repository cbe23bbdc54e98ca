/**
 * Follows loans and payments from the beginning, and keeps what each customer was lent and has paid. It may be stopped or
 * killed at any time: what counts is in the ledger, and Kafka's offsets only save it reading again.
 */
import { type CloudEvent, Kafka as CloudEvents, type Message } from 'cloudevents';
import kafkajs from 'kafkajs';
import { Ledger } from './ledger.ts';

const { KAFKA_BROKERS = 'localhost:9092', TOPIC_PREFIX = 'mo', LEDGER = 'ledger.db' } = process.env;
/** How soon another process goes on after one that was killed. */
const SESSION_TIMEOUT_MS = 6_000;
/** How soon partitions are found that were added to a topic. */
const METADATA_AGE_MS_MAX = 10_000;
const TOPICS = [`${TOPIC_PREFIX}.loans`, `${TOPIC_PREFIX}.payments`];

const ledger = new Ledger(LEDGER);
const kafka = new kafkajs.Kafka({ brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.ERROR });
// The offsets belong to the ledger: without it they would be those of a past that nobody remembers.
const consumer = kafka.consumer({
  groupId: `example-${ledger.id}`,
  sessionTimeout: SESSION_TIMEOUT_MS,
  metadataMaxAge: METADATA_AGE_MS_MAX,
});

const ending = Promise.withResolvers<void>();
process.once('SIGINT', () => ending.resolve());
process.once('SIGTERM', () => ending.resolve());

await consumer.connect();
await consumer.subscribe({ topics: TOPICS, fromBeginning: true });
await consumer.run({
  // A batch is one transaction. Its offsets are committed after it: what comes twice is skipped.
  eachBatch: async ({ batch: { topic, messages } }) => {
    try {
      for (const line of ledger.apply(topic, messages.map(eventOf))) console.log(line);
    } catch (error) {
      // What can't be applied is no trouble of Kafka's: to try again makes no sense.
      ending.reject(error);
      throw error;
    }
  },
});

try {
  await ending.promise;
} finally {
  await consumer.disconnect();
  ledger.close();
}

/** A message as the CloudEvent that it carries. */
function eventOf({ key, value, headers = {} }: kafkajs.KafkaMessage): CloudEvent<Record<string, unknown>> {
  const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
  const message = { key: String(key), value: String(value), headers: Object.fromEntries(texts) };
  return CloudEvents.toEvent(message as unknown as Message<Record<string, unknown>>) as CloudEvent<
    Record<string, unknown>
  >;
}
