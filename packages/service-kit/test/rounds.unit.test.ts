import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Rounds, STARTING_MS } from '../src/index.ts';
import { memoryLog } from './harness.ts';

/** A log in memory, and a clock that begins each round after the first so long after the start. */
function setUp(elapsedMs = STARTING_MS) {
  const { logger, lines } = memoryLog();
  const reported = () => lines().map(({ level, msg }) => `${level} ${msg}`);
  let nowMs = 0;
  const clock = {
    now: () => 0,
    elapsed: () => nowMs,
    sleep: async () => {
      nowMs = elapsedMs;
    },
  };
  return { reported, rounds: new Rounds(clock, logger), setElapsed: (ms: number) => (nowMs = ms) };
}

const over = 'background work succeeds again';

it.each([
  [
    'once the process has started',
    STARTING_MS,
    true,
    ['warn it failed', 'debug it failed', `info ${over}`, 'warn it failed'],
  ],
  ['while peers may be starting', STARTING_MS - 1, true, ['info it failed', 'debug it failed', 'info it failed']],
  [
    'as warnings at once if the work needs no peers',
    0,
    false,
    ['warn it failed', 'debug it failed', `info ${over}`, 'warn it failed'],
  ],
])('several failing rounds in a row are logged once %s, and the work continues', async (...row) => {
  const [, elapsedMs, needsPeers, expected] = row;
  const { reported, rounds } = setUp(elapsedMs);
  const fails = [false, true, true, false, true];
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const work = async () => {
    const isFailure = fails.shift();
    if (isFailure === undefined) resolve();
    if (isFailure === true) throw new Error('not now');
  };
  rounds.every(1, 'it failed', work, { needsPeers });
  await end;
  await rounds.stop();
  expect(reported().slice(0, expected.length)).toEqual(expected);
});

it('a failure that outlasts the start is a warning then', async () => {
  const { reported, rounds } = setUp();
  let left = 3;
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const work = async () => {
    if (left === 0) return resolve();
    left -= 1;
    throw new Error('not now');
  };
  rounds.every(1, 'it failed', work, { needsPeers: true });
  await end;
  await rounds.stop();
  expect(reported()).toEqual(['info it failed', 'warn it failed', 'debug it failed', `info ${over}`]);
});

it('a round that had nothing to try says nothing about an earlier failure', async () => {
  const { reported, rounds } = setUp(0);
  const outcomes: (boolean | Error)[] = [new Error('not now'), false, new Error('not now'), true];
  const { promise: end, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    const outcome = outcomes.shift() ?? false;
    if (outcomes.length === 0) resolve();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  await end;
  await rounds.stop();
  expect(reported()).toEqual(['warn it failed', 'debug it failed', `info ${over}`]);
});

it.each([
  ['is ended by the stop', (signal: AbortSignal) => signal.throwIfAborted(), []],
  ['fails, although it is the last', () => Promise.reject(new Error('not now')), ['warn it failed']],
])('a round that %s is logged as such', async (_what, end, expected) => {
  const { reported, rounds, setElapsed } = setUp();
  const { promise: stopping, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    await stopping;
    await end(rounds.signal);
  });
  setElapsed(STARTING_MS);
  const stopped = rounds.stop();
  resolve();
  await stopped;
  expect(reported()).toEqual(expected);
});

const TURNS = 20;
const settled = async () => {
  for (let n = 0; n < TURNS; n += 1) await turn();
};

it('a round that is asked for, even during another one, begins without a pause, and only that', async () => {
  const { logger } = memoryLog();
  const pauses: AbortSignal[] = [];
  const sleep = async (_ms: number, signal: AbortSignal = AbortSignal.abort()) => {
    pauses.push(signal);
    await (signal.aborted ? turn() : once(signal, 'abort'));
  };
  const rounds = new Rounds({ now: () => 0, elapsed: () => 0, sleep }, logger);
  let count = 0;
  const wakeAnother = rounds.every(1, 'it failed', async () => {});
  const wake = rounds.every(1, 'it failed', async () => {
    count += 1;
    if (count === 2) wake();
  });
  await settled();
  expect([count, pauses.length]).toEqual([1, 2]);
  wake();
  await settled();
  expect([count, pauses.length]).toEqual([3, 4]);
  await rounds.stop();
  wakeAnother();
  expect(count).toBe(3);
});
