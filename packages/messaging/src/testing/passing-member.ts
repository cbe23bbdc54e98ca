import kafkajs from 'kafkajs';

/** Joins a member to an existing group and leaves again, so that the other members have to rejoin twice. */
export async function passingMember(brokers: readonly string[], groupId: string, topic: string): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId });
  const joined = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    await joined.promise;
  } finally {
    await consumer.disconnect();
  }
}
