/**
 * A broker answers long before it works: a topic can be listed while no group can be joined. Ready therefore means that
 * a message has gone through, from an idempotent producer to a member of a group that commits its offset. After that,
 * the first request of a service meets a broker that is warm.
 */
import { randomBytes } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { poll } from '../processes/poll.ts';

const readyTimeoutMs = 180_000;
const connectTimeoutMs = 2_000;
const requestTimeoutMs = 10_000;
const messageTimeoutMs = 20_000;
const topic = 'mo-warm-up';

/** Settles when the broker works; rejects after three minutes, for a machine may be very busy. */
export async function kafkaReady(brokers: readonly string[], logFile: string): Promise<void> {
  silenceNegativeTimeouts();
  const kafka = new Kafka({
    clientId: 'mo-dev-stack',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 3, initialRetryTime: 50, maxRetryTime: 500 },
  });
  const deadline = Date.now() + readyTimeoutMs;
  let last: unknown;
  const works = async () => {
    try {
      await sendOneThrough(kafka);
      return true;
    } catch (error) {
      last = error;
      return false;
    }
  };
  if (await poll(works, deadline - Date.now())) return;
  throw new Error(`Kafka was not ready within ${readyTimeoutMs / 1000} s (${(last as Error).message}): see ${logFile}`);
}

async function sendOneThrough(kafka: Kafka) {
  const groupId = `${topic}-${randomBytes(4).toString('hex')}`;
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, sessionTimeout: 6_000, heartbeatInterval: 500 });
  try {
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'warm' }] });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await receiveOne(consumer);
    await consumer.disconnect();
    await admin.deleteGroups([groupId]);
    await admin.deleteTopics({ topics: [topic] });
  } finally {
    await Promise.all([admin, producer, consumer].map((client) => client.disconnect().catch(() => {})));
  }
}

async function receiveOne(consumer: Consumer) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('a message did not come through')), messageTimeoutMs);
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  try {
    await consumer.run({ eachMessage: async () => resolve() });
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

let silenced = false;

/** kafkajs computes a wait that has passed already, of which Node.js warns although it does no harm. */
function silenceNegativeTimeouts() {
  if (silenced) return;
  silenced = true;
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    if (args[1] !== 'TimeoutNegativeWarning') emitWarning(...args);
  };
}
