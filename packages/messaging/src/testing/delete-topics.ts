import { testServers } from '@mo/dev-stack';
import kafkajs from 'kafkajs';

/** Deletes topics of the test's Kafka, as an operator might do by mistake while processes run. */
export async function deleteTopics(...topics: string[]): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [...testServers().brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  try {
    await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}
