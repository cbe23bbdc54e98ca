/** How tests call a service while the machine stands still. */
import type { App } from '../src/index.ts';
import { send } from '../src/testing/index.ts';

/** Longer than a service lets a call wait. */
const STANDSTILL_MS = 1_000;

/** An app with these answers, one after the other, which stands still before each of the first. */
function appOf(statuses: number[], standstills: number): Pick<App, 'server'> {
  let calls = 0;
  const inject = async () => {
    await Promise.resolve();
    calls += 1;
    if (calls <= standstills) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
    return { statusCode: statuses.shift(), body: '{}', headers: {} };
  };
  return { server: { inject } } as unknown as Pick<App, 'server'>;
}

it.each([
  ['is sent again if this process stood still', [503, 503, 201], 2, 201],
  ['is sent once if it was answered nevertheless', [409, 201], 1, 409],
])('a call %s', async (_, statuses, standstills, status) => {
  expect((await send(appOf(statuses, standstills), 'GET', '/')).status).toBe(status);
});
