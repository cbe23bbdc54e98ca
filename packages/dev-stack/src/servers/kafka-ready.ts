/**
 * A broker responds long before it is usable: topics can be listed while no group can be joined. Ready therefore means
 * that a message has passed from an idempotent producer to a group member that commits its offset. This also warms up
 * the broker for the first request of a service.
 */
import { randomBytes } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { poll } from '../processes/poll.ts';

const readyTimeoutMs = 180_000;
const connectTimeoutMs = 2_000;
const requestTimeoutMs = 10_000;
const messageTimeoutMs = 20_000;
const topic = 'mo-warm-up';

/** Settles when the broker is usable; rejects after three minutes, because a machine may be very busy. */
export async function kafkaReady(brokers: readonly string[], logFile: string, signal?: AbortSignal): Promise<void> {
  silenceNegativeTimeouts();
  const kafka = new Kafka({
    clientId: 'mo-dev-stack',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 3, initialRetryTime: 50, maxRetryTime: 500 },
  });
  let lastError: unknown;
  const isUsable = async () => {
    try {
      await passOneMessage(kafka, signal);
      return true;
    } catch (error) {
      lastError = error;
      return false;
    }
  };
  if (await poll(isUsable, readyTimeoutMs, undefined, signal)) return;
  const reason = (lastError as Error).message;
  throw new Error(`Kafka was not ready within ${readyTimeoutMs / 1000} s (${reason}): see ${logFile}`);
}

/** @throws the first error, or soon after the signal is aborted */
async function passOneMessage(kafka: Kafka, signal?: AbortSignal) {
  const groupId = `${topic}-${randomBytes(4).toString('hex')}`;
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, sessionTimeout: 6_000, heartbeatInterval: 500 });
  const steps = [
    () => admin.connect(),
    () => admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] }),
    () => producer.connect(),
    () => producer.send({ topic, messages: [{ value: 'warm' }] }),
    () => consumer.connect(),
    () => consumer.subscribe({ topic, fromBeginning: true }),
    () => receiveOne(consumer, signal),
    () => consumer.disconnect(),
    () => admin.deleteGroups([groupId]),
    () => admin.deleteTopics({ topics: [topic] }),
  ];
  try {
    for (const step of steps) {
      signal?.throwIfAborted();
      await step();
    }
  } finally {
    await Promise.all([admin, producer, consumer].map((client) => client.disconnect().catch(() => {})));
  }
}

async function receiveOne(consumer: Consumer, signal?: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`no message arrived within ${messageTimeoutMs / 1000} s`)),
    messageTimeoutMs,
  );
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
  try {
    await Promise.all([consumer.run({ eachMessage: async () => resolve() }), promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

let isSilenced = false;

/** kafkajs sometimes computes a negative delay, about which Node.js warns although it is harmless. */
function silenceNegativeTimeouts() {
  if (isSilenced) return;
  isSilenced = true;
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => {
    if (args[1] !== 'TimeoutNegativeWarning') emitWarning(...args);
  };
}
