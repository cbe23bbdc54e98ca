import { createLogger } from '@mo/service-kit';
import { Rounds } from '../src/rounds.ts';

it('warns of the first of several rounds in a row that fail, and goes on', async () => {
  const logger = createLogger('loans', 'silent');
  const told: string[] = [];
  logger.warn = (_details: unknown, text?: string) => void told.push(`warn ${text}`);
  logger.debug = (_details: unknown, text?: string) => void told.push(`debug ${text}`);
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
  expect(told).toEqual(['warn it failed', 'debug it failed', 'warn it failed']);
});

it.each([
  ['ends because nothing more is to be done', (signal: AbortSignal) => signal.throwIfAborted(), []],
  ['fails though it is the last', () => Promise.reject(new Error('not now')), ['warn it failed']],
])('of a round that %s says what is so', async (_what, end, expected) => {
  const logger = createLogger('loans', 'silent');
  const told: string[] = [];
  logger.warn = (_details: unknown, text?: string) => void told.push(`warn ${text}`);
  const rounds = new Rounds({ now: () => 0, elapsed: () => 0, sleep: () => Promise.resolve() }, logger);
  const { promise: stopping, resolve } = Promise.withResolvers<void>();
  rounds.every(1, 'it failed', async () => {
    await stopping;
    await end(rounds.signal);
  });
  const stopped = rounds.stop();
  resolve();
  await stopped;
  expect(told).toEqual(expected);
});
