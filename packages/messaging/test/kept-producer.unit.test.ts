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

/** A client whose producers refuse every batch, and may fail to connect; and which of them are connected. */
function refusingClient() {
  const world = { isAway: false };
  const connected = new Set<object>();
  let opened = 0;
  const producer = () => {
    const made = {
      connect: async () => {
        if (world.isAway) throw new Error('no coordinator');
        opened += 1;
        connected.add(made);
      },
      disconnect: async () => void connected.delete(made),
      send: async () => {
        throw Object.assign(new Error('refused'), { type: 'MESSAGE_TOO_LARGE' });
      },
    };
    return made;
  };
  return { client: { producer } as unknown as Kafka, world, connected, opened: () => opened };
}
const BATCH = [{ key: '1', value: 'v', headers: {} }];

it('batches that are refused at the same time replace the producer once', async () => {
  const { client, connected, opened } = refusingClient();
  const kept = await KeptProducer.start(client);
  const results = await Promise.allSettled([kept.send('loans', BATCH), kept.send('loans', BATCH)]);
  for (const result of results) expect(result).toMatchObject({ reason: { name: 'MessageRefusedError' } });
  expect([opened(), connected.size]).toEqual([2, 1]);
  await kept.close();
  expect(connected.size).toBe(0);
});

it('a producer that could not be replaced can be closed', async () => {
  const { client, world, connected } = refusingClient();
  const kept = await KeptProducer.start(client);
  world.isAway = true;
  await expect(kept.send('loans', BATCH)).rejects.toThrow('no coordinator');
  await expect(kept.send('loans', BATCH)).rejects.toThrow('no coordinator');
  await kept.close();
  expect(connected.size).toBe(0);
});
