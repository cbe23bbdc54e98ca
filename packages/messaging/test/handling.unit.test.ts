import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { createLogger, RetryLog, systemClock } from '@mo/service-kit';
import type { EachBatchPayload } from 'kafkajs';
import { FetchRests } from '../src/kafka/fetch-rests.ts';
import { Handling, HELD_UP_AFTER_MS, HELD_UP_MAX } from '../src/kafka/handling.ts';
import { HELD_UP_OVER_MS, HeldUp } from '../src/kafka/held-up.ts';
import { COMMIT_DELAY_MS, OffsetCommits } from '../src/kafka/offset-commits.ts';

const TOPIC = 'loans';
const lines: { level: string; partition?: number; failure?: string }[] = [];
const logger = createLogger('test', 'debug', { write: (line) => void lines.push(JSON.parse(line)) });

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

const pass = async (durationMs: number) => {
  await jest.advanceTimersByTimeAsync(durationMs);
  await turn();
};

/** A subscription whose handlers end when the test says so, and its consumers. */
function subscriptionUnderTest() {
  const heldUp = new HeldUp(systemClock, logger);
  const handlers: PromiseWithResolvers<void>[] = [];
  const handle = () => {
    const handler = Promise.withResolvers<void>();
    handlers.push(handler);
    return handler.promise;
  };
  const end = async (place: number) => {
    handlers[place]?.resolve();
    await turn();
  };
  return { heldUp, handlers, end, consumer: () => consumerUnderTest(heldUp, handle) };
}

/** A consumer of one topic, to which kafkajs gives batches of one message. */
function consumerUnderTest(heldUp: HeldUp, handle: () => Promise<void>) {
  const committed: string[] = [];
  const resolved: string[] = [];
  const paused = new Set<number>();
  const waitedFor = new Set<number>();
  let beats = 0;
  const commits = new OffsetCommits(
    async (offsets) => {
      committed.push(...offsets.map(({ partition, offset }) => `${partition} to ${offset}`));
    },
    new RetryLog(systemClock, logger, 'not yet'),
  );
  const rests = new FetchRests({ msMin: 0, msMax: 0, parts: 1 });
  const handling = new Handling({ handle, commits, rests, heldUp, logger });
  handling.rejoined();
  const take = async (partition: number, offset: number) => {
    const batch = {
      topic: TOPIC,
      partition,
      messages: [{ key: null, value: Buffer.from('v'), offset: String(offset), headers: {} }],
      lastOffset: () => String(offset),
      offsetLag: () => '0',
    };
    const payload = {
      batch,
      resolveOffset: (last: string) => void resolved.push(`${partition} at ${last}`),
      heartbeat: async () => {
        beats += 1;
        throw new Error('the group is rebalancing');
      },
      pause: () => {
        paused.add(partition);
        return () => void paused.delete(partition);
      },
      isRunning: () => true,
      isStale: () => false,
    };
    waitedFor.add(partition);
    await handling.take(payload as unknown as EachBatchPayload).finally(() => waitedFor.delete(partition));
  };
  return { take, handling, committed, resolved, paused, waitedFor, beats: () => beats };
}

it('a batch that is handled in time is waited for, with heartbeats, and then committed', async () => {
  const { consumer, handlers, end } = subscriptionUnderTest();
  const { take, waitedFor, paused, resolved, committed, beats } = consumer();
  const taken = take(0, 7);
  await pass(HELD_UP_AFTER_MS - 1);
  expect([handlers.length, [...waitedFor], [...paused], resolved]).toEqual([1, [0], [], []]);
  expect(beats()).toBeGreaterThan(0);
  await end(0);
  await taken;
  await pass(COMMIT_DELAY_MS);
  expect([resolved, committed]).toEqual([['0 at 7'], ['0 to 8']]);
});

it('a batch that takes longer leaves its fetch, and its partition is paused until it is handled', async () => {
  const { consumer, end } = subscriptionUnderTest();
  const { take, waitedFor, paused, resolved, committed } = consumer();
  void take(0, 7);
  await pass(HELD_UP_AFTER_MS);
  expect([[...waitedFor], [...paused]]).toEqual([[], [0]]);
  await pass(10 * HELD_UP_AFTER_MS);
  expect([[...paused], resolved, committed]).toEqual([[0], [], []]);
  await end(0);
  expect([[...paused], resolved]).toEqual([[], ['0 at 7']]);
  await pass(COMMIT_DELAY_MS);
  expect(committed).toEqual(['0 to 8']);
});

const levels = () => lines.map(({ level, partition }) => [level, partition]);

it('a partition whose batches all take long, with pauses, is one warning a minute', async () => {
  const { consumer, end } = subscriptionUnderTest();
  const { take } = consumer();
  lines.length = 0;
  for (const [batch, partition] of [0, 0, 1].entries()) {
    void take(partition, batch);
    await pass(HELD_UP_AFTER_MS);
    await end(batch);
    await pass(HELD_UP_OVER_MS / 4);
  }
  expect(levels()).toEqual([
    ['warn', 0],
    ['debug', 0],
    ['warn', 1],
  ]);
});

it('the end is a line once none has been held up for a while, and the next one is a warning again', async () => {
  const { consumer, end } = subscriptionUnderTest();
  const { take } = consumer();
  lines.length = 0;
  const both = [take(0, 1), take(1, 1)];
  await pass(HELD_UP_AFTER_MS);
  await end(0);
  await pass(2 * HELD_UP_OVER_MS);
  expect(levels()).toEqual([
    ['warn', 0],
    ['warn', 1],
  ]);
  await end(1);
  await Promise.all(both);
  await pass(HELD_UP_OVER_MS - 1);
  expect(lines).toHaveLength(2);
  await pass(1);
  expect(lines[2]).toMatchObject({ level: 'info', failure: expect.stringMatching(/takes long/) });
  void take(0, 2);
  await pass(HELD_UP_AFTER_MS);
  await end(2);
  await pass(HELD_UP_OVER_MS);
  expect(levels().slice(3)).toEqual([
    ['warn', 0],
    ['info', undefined],
  ]);
});

it('a batch that fails after it left its fetch is not committed, and is fetched again', async () => {
  const { consumer, handlers } = subscriptionUnderTest();
  const { take, waitedFor, paused, resolved, committed } = consumer();
  void take(0, 7);
  await pass(HELD_UP_AFTER_MS);
  expect(waitedFor.size).toBe(0);
  handlers[0]?.reject(new Error('the database is unreachable'));
  await pass(COMMIT_DELAY_MS);
  expect([[...paused], resolved, committed]).toEqual([[], [], []]);
});

it('a batch that fails before that fails the fetch', async () => {
  const { consumer, handlers } = subscriptionUnderTest();
  const { take, resolved } = consumer();
  const taken = take(0, 7);
  handlers[0]?.reject(new Error('the database is unreachable'));
  await expect(taken).rejects.toThrow('the database is unreachable');
  expect(resolved).toEqual([]);
});

it('a batch still being handled when its consumer rejoins is not committed, and is fetched again', async () => {
  const { consumer, end } = subscriptionUnderTest();
  const { take, handling, paused, resolved, committed } = consumer();
  const taken = [take(0, 7)];
  await pass(HELD_UP_AFTER_MS);
  taken.push(take(1, 3));
  handling.rejoined();
  expect([...paused]).toEqual([0]);
  await end(0);
  await end(1);
  await Promise.all(taken);
  await pass(COMMIT_DELAY_MS);
  expect([[...paused], resolved, committed]).toEqual([[], [], []]);
});

it('a consumer that replaces another one waits for the batch which that one still handles', async () => {
  const { consumer, handlers, end } = subscriptionUnderTest();
  const [first, second] = [consumer(), consumer()];
  void first.take(0, 7);
  await pass(HELD_UP_AFTER_MS);
  void second.take(0, 7);
  expect([handlers.length, [...second.paused]]).toEqual([1, [0]]);
  await end(0);
  expect([[...second.paused], second.resolved]).toEqual([[], []]);
  const again = second.take(0, 7);
  expect(handlers).toHaveLength(2);
  await end(1);
  await again;
});

it('the number of batches that leave their fetches is limited: the next one waits until another is handled', async () => {
  const { consumer, heldUp, end } = subscriptionUnderTest();
  const { take, waitedFor, paused } = consumer();
  const taken = Array.from({ length: HELD_UP_MAX + 1 }, (_, partition) => take(partition, 0));
  await pass(3 * HELD_UP_AFTER_MS);
  expect([paused.size, heldUp.size, [...waitedFor]]).toEqual([HELD_UP_MAX, HELD_UP_MAX, [HELD_UP_MAX]]);
  await end(0);
  await pass(HELD_UP_AFTER_MS);
  expect([paused.has(HELD_UP_MAX), waitedFor.size]).toEqual([true, 0]);
  await Promise.all(taken);
});
