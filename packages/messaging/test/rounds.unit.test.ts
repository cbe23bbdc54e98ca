import { createLogger } from '@mo/service-kit';
import { Rounds } from '../src/rounds.ts';

it('logs a warning for the first of several failing rounds in a row, and continues', async () => {
  const logger = createLogger('loans', 'silent');
  const reported: string[] = [];
  logger.warn = (_details: unknown, text?: string) => void reported.push(`warn ${text}`);
  logger.debug = (_details: unknown, text?: string) => void reported.push(`debug ${text}`);
  const rounds = new Rounds({ now: () => 0, elapsed: () => 0, sleep: () => Promise.resolve() }, logger);
  const fails = [true, true, false, true];
  const { promise: over, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    const isFailure = fails.shift();
    if (isFailure === undefined) resolve();
    if (isFailure === true) throw new Error('not now');
  });
  await over;
  await rounds.stop();
  expect(reported).toEqual(['warn it failed', 'debug it failed', 'warn it failed']);
});

it.each([
  ['is ended by the stop', (signal: AbortSignal) => signal.throwIfAborted(), []],
  ['fails, although it is the last', () => Promise.reject(new Error('not now')), ['warn it failed']],
])('a round that %s is logged as such', async (_what, end, expected) => {
  const logger = createLogger('loans', 'silent');
  const reported: string[] = [];
  logger.warn = (_details: unknown, text?: string) => void reported.push(`warn ${text}`);
  const rounds = new Rounds({ now: () => 0, elapsed: () => 0, sleep: () => Promise.resolve() }, logger);
  const { promise: stopping, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    await stopping;
    await end(rounds.signal);
  });
  const stopped = rounds.stop();
  resolve();
  await stopped;
  expect(reported).toEqual(expected);
});
