/** How tests call a service while the machine stands still. */
import { SILENCE_MS_MAX } from '@mo/database';
import type { App } from '@mo/service-kit';
import { SENDS_MAX, send } from '../src/testing/index.ts';
import { watchStandstill } from '../src/testing/standstill.ts';

/** Longer than a service lets a call wait. */
const STANDSTILL_MS = 1_000;

/** An app that answers the statuses one after the other, and then the last one again and again. */
function appOf(statuses: readonly number[], whileCalled = () => {}) {
  const calls: number[] = [];
  const inject = async () => {
    await Promise.resolve();
    whileCalled();
    const statusCode = statuses[Math.min(calls.length, statuses.length - 1)] as number;
    calls.push(statusCode);
    return { statusCode, body: '{}', headers: {} };
  };
  return { calls, app: { server: { inject } } as unknown as Pick<App, 'server'> };
}

const watchOf = (hasStood: boolean, ms: number) => () => ({ hasStood: () => hasStood, ms: () => ms, end: () => {} });

it.each([
  ['is sent again while this process stands still', 'POST', [503, 503, 201], true, 0, [503, 503, 201]],
  ['is sent once if this process runs all the time', 'POST', [503, 201], false, 0, [503]],
  ['is sent once if it was answered nevertheless', 'POST', [409, 201], true, 0, [409]],
  ['is not sent forever', 'POST', [503], true, 0, Array.from({ length: SENDS_MAX }, () => 503)],
  ['that may have been executed is sent once', 'POST', [503, 201], true, SILENCE_MS_MAX, [503]],
  ['that reads is sent again however long it took', 'GET', [503, 200], true, SILENCE_MS_MAX, [503, 200]],
] as const)('a call %s', async (_, method, statuses, hasStood, ms, expected) => {
  const { calls, app } = appOf(statuses);
  const { status } = await send(app, method, '/', undefined, {}, watchOf(hasStood, ms));
  expect([status, calls]).toEqual([expected.at(-1), expected]);
});

it('a standstill is noticed', async () => {
  const standStill = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
  const watch = watchStandstill();
  await send(appOf([200], standStill).app, 'GET', '/', undefined, {}, () => watch);
  expect(watch.hasStood()).toBe(true);
  expect(watch.ms()).toBeGreaterThanOrEqual(STANDSTILL_MS - 1);
});
