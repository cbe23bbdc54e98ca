import type { Kafka } from 'kafkajs';
import { KeptProducer } from '../src/kafka/kafkajs-producer.ts';

it('a producer that cannot be started is disconnected, even if the disconnect fails', async () => {
  const calls: string[] = [];
  const producer = () => ({
    connect: async () => {
      calls.push('connect');
      throw new Error('no coordinator');
    },
    disconnect: async () => {
      calls.push('disconnect');
      throw new Error('not connected');
    },
  });
  await expect(KeptProducer.start({ producer } as unknown as Kafka)).rejects.toThrow('no coordinator');
  expect(calls).toEqual(['connect', 'disconnect']);
});
