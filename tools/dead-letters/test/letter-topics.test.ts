/** Reads dead letters from a real Kafka that makes the group rejoin. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { testServers } from '@mo/dev-stack';
import { kafkajsOptions, kafkaOverKafkajs } from '@mo/messaging';
import { passingMember, waitFor } from '@mo/messaging/testing';
import { createLogger } from '@mo/service-kit';
import kafkajs from 'kafkajs';
import { LetterTopics } from '../src/letter-topics.ts';

const LETTERS = 20;
/** Large enough that reading a partition takes more than one fetch. */
const LETTER_BYTES = 100_000;
const PARTITIONS = 2;
/** The interval at which the client checks its group membership. */
const HEARTBEAT_INTERVAL_MS = 1_000;

it('takes each letter once, however often the group rejoins', async () => {
  const servers = testServers();
  const topicPrefix = `letters-${randomUUID().slice(0, 8)}`;
  const kafka = kafkaOverKafkajs('test', servers, createLogger('test', 'silent'));
  const topic = `${topicPrefix}.loans.dlq`;
  await kafka.ensureTopics([topic], PARTITIONS);
  const producer = await kafka.producer();
  const letters = Array.from({ length: LETTERS }, (_, place) => String(place));
  for (const letter of letters)
    await producer.send(topic, [{ key: letter, value: letter.padEnd(LETTER_BYTES), headers: {} }], PARTITIONS);
  await producer.close();
  const admin = new kafkajs.Kafka({ ...kafkajsOptions(servers), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const group = `${topicPrefix}.dead-letters`;
  const isRebalancing = async () => (await admin.describeGroups([group])).groups[0]?.state === 'PreparingRebalance';
  const topics = await LetterTopics.open({ kafka: servers, topicPrefix }, `${topicPrefix}.loans`);
  const taken: string[] = [];
  const passing: Promise<void>[] = [];
  await topics.read(async (_topic, _partition, messages) => {
    taken.push(...messages.map(({ value }) => String(value).trim()));
    if (passing.length > 0) return null;
    passing.push(passingMember(servers.brokers, group, topic));
    await waitFor(isRebalancing);
    await delay(HEARTBEAT_INTERVAL_MS);
    return null;
  });
  await Promise.all(passing);
  await topics.close();
  await admin.disconnect();
  expect(taken.toSorted()).toEqual(letters.toSorted());
});
