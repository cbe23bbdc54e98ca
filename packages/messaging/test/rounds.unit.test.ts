import { createLogger } from '@mo/service-kit';
import { Rounds, STARTING_MS } from '../src/rounds.ts';

/** A logger that notes what is logged, and a clock that begins each round after the first so long after the start. */
function setUp(elapsedMs = STARTING_MS) {
  const logger = createLogger('loans', 'silent');
  const reported: string[] = [];
  for (const level of ['info', 'warn', 'debug'] as const)
    logger[level] = (_details: unknown, text?: string) => void reported.push(`${level} ${text}`);
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
    ['warn it failed', 'debug it failed', `info ${over}`, 'warn it failed'],
  ],
  ['while the process starts', STARTING_MS - 1, ['info it failed', 'debug it failed', 'info it failed']],
])('several failing rounds in a row are logged once %s, and the work continues', async (_when, elapsedMs, expected) => {
  const { reported, rounds } = setUp(elapsedMs);
  const fails = [false, true, true, false, true];
  const { promise: end, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    const isFailure = fails.shift();
    if (isFailure === undefined) resolve();
    if (isFailure === true) throw new Error('not now');
  });
  await end;
  await rounds.stop();
  expect(reported.slice(0, expected.length)).toEqual(expected);
});

it('a failure that outlasts the start is a warning then', async () => {
  const { reported, rounds } = setUp();
  let left = 3;
  const { promise: end, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    if (left === 0) return resolve();
    left -= 1;
    throw new Error('not now');
  });
  await end;
  await rounds.stop();
  expect(reported).toEqual(['info it failed', 'warn it failed', 'debug it failed', `info ${over}`]);
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
  expect(reported).toEqual(expected);
});
