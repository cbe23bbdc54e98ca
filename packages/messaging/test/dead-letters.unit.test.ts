/** How the handlers of all partitions, which send dead letters concurrently, share one producer. */
import { setImmediate } from 'node:timers/promises';
import { type Clock, systemClock } from '@mo/service-kit';
import { type DeadLetter, DeadLetters } from '../src/follower/dead-letters.ts';
import { type Kafka, MessageRefusedError, type Producer } from '../src/index.ts';
import { notedLines } from './noted-lines.ts';

const PARTITIONS = 12;

/** Dead letters over a Kafka whose connects and sends do what the test says, with a count of its producers. */
function setUp() {
  const counts = { opened: 0, closed: 0, sent: 0 };
  const world = {
    connect: async () => {},
    send: async (_isWhole: boolean) => {},
    sleep: (...wait: Parameters<Clock['sleep']>) => systemClock.sleep(...wait),
  };
  const producer: Producer = {
    send: async (_topic, messages) => {
      await world.send(messages.every(({ value }) => value !== null));
      counts.sent += messages.length;
    },
    close: async () => void counts.closed++,
  };
  const kafka = {
    producer: async () => {
      await world.connect();
      counts.opened += 1;
      return producer;
    },
  } as unknown as Kafka;
  const { logger, lines } = notedLines();
  const clock: Clock = { ...systemClock, sleep: (...wait) => world.sleep(...wait) };
  return { letters: new DeadLetters(kafka, 'mo.loans', async () => {}, clock, logger), counts, world, lines };
}

function letterOf(partition: number): DeadLetter {
  const at = { topic: 'mo.payments', partition, offset: '0' };
  const raw = { key: Buffer.from('1'), value: Buffer.from('no JSON'), headers: {} };
  return { message: { ...at, key: '1', value: 'no JSON', headers: {}, raw }, reason: 'the data is not JSON' };
}

/** Each partition sends one letter, all at the same time. */
const sendAll = (letters: DeadLetters) =>
  Promise.allSettled(Array.from({ length: PARTITIONS }, (_, partition) => letters.send([letterOf(partition)])));
const failuresIn = (results: readonly PromiseSettledResult<void>[]) =>
  results.filter(({ status }) => status === 'rejected').length;
const fail = async () => {
  throw new Error('the broker is away');
};

it('opens one producer for all partitions, and closes it', async () => {
  const { letters, counts } = setUp();
  expect(failuresIn(await sendAll(letters))).toBe(0);
  await letters.close();
  expect(counts).toEqual({ opened: 1, closed: 1, sent: PARTITIONS });
});

it('closes a producer that fails, once, and opens another for the next letters', async () => {
  const { letters, counts, world } = setUp();
  const { send } = world;
  world.send = fail;
  expect(failuresIn(await sendAll(letters))).toBe(PARTITIONS);
  expect(counts).toEqual({ opened: 1, closed: 1, sent: 0 });
  world.send = send;
  expect(failuresIn(await sendAll(letters))).toBe(0);
  await letters.close();
  expect(counts).toEqual({ opened: 2, closed: 2, sent: PARTITIONS });
});

it('a late failure of a producer does not close its successor', async () => {
  const { letters, counts, world } = setUp();
  const { send } = world;
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let sends = 0;
  world.send = async () => answers[sends++]?.promise;
  const [first, second] = [letters.send([letterOf(0)]), letters.send([letterOf(1)])];
  answers[0]?.reject(new Error('the broker is away'));
  await expect(first).rejects.toThrow('away');
  world.send = send;
  await letters.send([letterOf(0)]);
  answers[1]?.reject(new Error('the broker is away'));
  await expect(second).rejects.toThrow('away');
  await letters.send([letterOf(1)]);
  expect(counts).toEqual({ opened: 2, closed: 1, sent: 2 });
});

it('connects again after it could not connect', async () => {
  const { letters, counts, world } = setUp();
  const { connect } = world;
  world.connect = fail;
  expect(failuresIn(await sendAll(letters))).toBe(PARTITIONS);
  world.connect = connect;
  expect(failuresIn(await sendAll(letters))).toBe(0);
  expect(counts).toEqual({ opened: 1, closed: 0, sent: PARTITIONS });
});

it('a close waits for a connect under way up to its limit, and closes the producer even later', async () => {
  const { letters, counts, world } = setUp();
  const [connected, limit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.connect = () => connected.promise;
  const waits: number[] = [];
  world.sleep = (durationMs) => {
    waits.push(durationMs);
    return limit.promise;
  };
  const sent = letters.send([letterOf(0)]);
  let isClosed = false;
  const closed = letters.close().then(() => {
    isClosed = true;
  });
  await setImmediate();
  expect([isClosed, waits]).toEqual([false, [5_000]]);
  limit.resolve();
  await closed;
  connected.resolve();
  await sent;
  await setImmediate();
  expect(counts).toEqual({ opened: 1, closed: 1, sent: 1 });
});

it('logs a letter once it is sent, with or without its message', async () => {
  const { letters, world, lines } = setUp();
  const line = 'error an event was sent to the dead-letter topic';
  await letters.send([letterOf(0)]);
  expect(lines).toEqual([line]);
  world.send = async (isWhole) => {
    if (isWhole) throw new MessageRefusedError('MESSAGE_TOO_LARGE');
    throw new Error('the broker is away');
  };
  await expect(letters.send([letterOf(1)])).rejects.toThrow('away');
  expect(lines).toEqual([line]);
  world.send = async (isWhole) => {
    if (isWhole) throw new MessageRefusedError('MESSAGE_TOO_LARGE');
  };
  await letters.send([letterOf(1)]);
  expect(lines).toEqual([line, line]);
});
