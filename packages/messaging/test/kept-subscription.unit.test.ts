/** A subscription over a kafkajs that does what the test says. */
import type { Consumer, Kafka } from 'kafkajs';
import { KeptSubscription } from '../src/kafka/kafkajs-subscription.ts';
import { waitFor } from '../src/testing/index.ts';
import { notedLines } from './noted-lines.ts';

/** A client of kafkajs whose consumers a test crashes, and what was called of each consumer. */
function clientUnderTest() {
  const calls: string[][] = [];
  const world = { commit: Promise.withResolvers<void>(), hasTopics: true };
  const consumers: { crash: () => void; tell: (event: string) => void; run: Parameters<Consumer['run']>[0] }[] = [];
  const consumer = () => {
    const mine: string[] = [];
    const listeners: { event: string; listener: (event: unknown) => void }[] = [];
    const tell = (about: string, payload: unknown) => {
      for (const { event, listener } of listeners) if (event === about) listener({ payload });
    };
    calls.push(mine);
    const made = {
      crash: () => tell('crash', { error: new Error('crashed') }),
      tell: (event: string) => tell(event, {}),
      run: undefined,
    };
    consumers.push(made);
    return {
      events: { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', FETCH: 'fetch', CRASH: 'crash' },
      on: (event: string, listener: (event: unknown) => void) => void listeners.push({ event, listener }),
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

const start = (client: Kafka, logger = notedLines().logger) => {
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

it('a consumer that stops again and again is one warning, until a consumer has read from its partitions', async () => {
  const { client, calls, consumers } = clientUnderTest();
  const { logger, lines } = notedLines();
  const subscription = await start(client, logger);
  consumers[0]?.crash();
  await waitFor(() => calls[1]?.includes('connect'));
  consumers[1]?.crash();
  await waitFor(() => calls[2]?.includes('connect'));
  consumers[2]?.tell('join');
  consumers[2]?.crash();
  await waitFor(() => calls[3]?.includes('connect'));
  consumers[3]?.tell('fetch');
  consumers[3]?.crash();
  await waitFor(() => calls[4]?.includes('connect'));
  await subscription.close();
  const stopped = 'the Kafka consumer stopped and will be restarted';
  expect(lines).toEqual([
    `warn ${stopped}`,
    `debug ${stopped}`,
    `debug ${stopped}`,
    'info background work succeeds again',
    `warn ${stopped}`,
  ]);
});
