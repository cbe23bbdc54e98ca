/** A subscription over a kafkajs that does what the test says. */
import { createLogger } from '@mo/service-kit';
import type { Consumer, Kafka } from 'kafkajs';
import { KeptSubscription } from '../src/kafka/kafkajs-subscription.ts';
import { waitFor } from '../src/testing/index.ts';

const logger = createLogger('test', 'silent');

/** A client of kafkajs whose consumers a test crashes, and what was called of each consumer. */
function clientUnderTest() {
  const calls: string[][] = [];
  const world = { commit: Promise.withResolvers<void>(), hasTopics: true };
  const consumers: { crash: () => void; run: Parameters<Consumer['run']>[0] }[] = [];
  const consumer = () => {
    const mine: string[] = [];
    const listeners = new Map<string, (event: unknown) => void>();
    calls.push(mine);
    const made = {
      crash: () => listeners.get('crash')?.({ payload: { error: new Error('crashed') } }),
      run: undefined,
    };
    consumers.push(made);
    return {
      events: { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', CRASH: 'crash' },
      on: (event: string, listener: (event: unknown) => void) => void listeners.set(event, listener),
      connect: async () => void mine.push('connect'),
      subscribe: async () => {
        if (!world.hasTopics) throw new Error('no such topic');
      },
      run: async (run: Parameters<Consumer['run']>[0]) => Object.assign(made, { run }),
      commitOffsets: () => {
        mine.push('commit');
        return world.commit.promise.finally(() => mine.push('committed'));
      },
      disconnect: async () => void mine.push('disconnect'),
    };
  };
  return { client: { consumer } as unknown as Kafka, calls, consumers, world };
}

/** kafkajs gives a consumer one message. */
function give(run: Parameters<Consumer['run']>[0]): Promise<void> {
  const batch = {
    topic: 'loans',
    partition: 0,
    messages: [{ key: null, value: Buffer.from('v'), offset: '0', headers: {} }],
    lastOffset: () => '0',
    offsetLag: () => '0',
  };
  const nothing = () => {};
  const payload = { batch, resolveOffset: nothing, isRunning: () => true, isStale: () => false };
  return run?.eachBatch?.({ ...payload, heartbeat: async () => {} } as never) ?? Promise.resolve();
}

const start = (client: Kafka) => {
  const of = { group: 'g', topics: ['loans'], handle: async () => {} };
  return KeptSubscription.start(client, { ...of, pace: 'prompt', ensure: async () => {}, logger });
};

it('a stopped consumer is disconnected after its last commit, for which kafkajs may reconnect', async () => {
  const { client, calls, consumers, world } = clientUnderTest();
  const subscription = await start(client);
  await give(consumers[0]?.run);
  await waitFor(() => calls[0]?.includes('commit'));
  consumers[0]?.crash();
  await waitFor(() => calls.length > 1);
  expect(calls[0]).toEqual(['connect', 'commit']);
  world.commit.reject(new Error('not connected'));
  await waitFor(() => calls[0]?.includes('disconnect'));
  expect(calls[0]).toEqual(['connect', 'commit', 'committed', 'disconnect']);
  await subscription.close();
  expect(calls[1]).toEqual(['connect', 'disconnect']);
});

it('a consumer that cannot be started is disconnected', async () => {
  const { client, calls, world } = clientUnderTest();
  world.hasTopics = false;
  await expect(start(client)).rejects.toThrow('no such topic');
  expect(calls).toEqual([['connect', 'disconnect']]);
});
