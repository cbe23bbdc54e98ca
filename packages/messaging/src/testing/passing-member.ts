import kafkajs from 'kafkajs';

/** Lets a member come into a group of somebody else and go again, so that Kafka lets the others in anew, twice. */
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
