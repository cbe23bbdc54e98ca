/** `mo status` on a real Kafka. */
import { randomUUID } from 'node:crypto';
import { STREAMS, topicOf } from '@mo/contracts';
import { testServers } from '@mo/dev-stack';
import { kafkajsOptions, kafkaOverKafkajs } from '@mo/messaging';
import { createLogger } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import { look } from '../src/status/look.ts';

/** Longer than any stall of the machine. */
const TIMEOUT_MS = 60_000;
const MESSAGES = 5;

it('counts what a follower has not read, although its topic was created again or has lost its first messages', async () => {
  const servers = testServers();
  const topicPrefix = `status-${randomUUID().slice(0, 8)}`;
  const topic = topicOf(topicPrefix, 'customers');
  const kafka = kafkaOverKafkajs('test', servers, createLogger('test', 'silent'));
  await kafka.ensureTopics(
    STREAMS.map((stream) => topicOf(topicPrefix, stream)),
    1,
  );
  const producer = await kafka.producer();
  const messages = Array.from({ length: MESSAGES }, () => ({ key: '1', value: '{}', headers: {} }));
  await producer.send(topic, messages);
  await producer.close();
  const options = { ...kafkajsOptions(servers), connectionTimeout: TIMEOUT_MS, logLevel: kafkajs.logLevel.NOTHING };
  const admin = new kafkajs.Kafka(options).admin();
  await admin.connect();
  const commit = (follower: string, offset: string) =>
    admin.setOffsets({ groupId: `${topicPrefix}.${follower}`, topic, partitions: [{ partition: 0, offset }] });
  try {
    await commit('loans', '500');
    await commit('payments', '0');
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
  } finally {
    await admin.disconnect();
  }
  const { lags } = await look(
    {
      gatewayUrl: 'http://127.0.0.1:1',
      processes: { customers: [], loans: [], payments: [], webhooks: ['http://127.0.0.1:1'] },
      databases: null,
      kafka: { kafka: servers, topicPrefix },
    },
    undefined,
    TIMEOUT_MS,
  );
  expect(lags.filter((lag) => lag.topic === topic)).toEqual([
    { follower: 'loans', topic, events: MESSAGES - 2 },
    { follower: 'payments', topic, events: MESSAGES - 2 },
    { follower: 'webhooks', topic, events: null },
  ]);
});
