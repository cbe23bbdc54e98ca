import type { Kafka } from 'kafkajs';
import { KeptProducer } from '../src/kafka/kafkajs-producer.ts';

it('a producer that can not be started is disconnected, whatever becomes of that', async () => {
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
