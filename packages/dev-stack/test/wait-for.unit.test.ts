/** How tests wait for a condition. */
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../src/testing/wait-for.ts';

const CHECK_MS = 200;
const DEADLINE_MS = 1_100;
const STANDSTILL_MS = 1_500;

it('the time of the checks counts', async () => {
  let checks = 0;
  const never = async () => {
    checks += 1;
    await delay(CHECK_MS);
    return false;
  };
  await expect(waitFor(never, DEADLINE_MS)).rejects.toThrow('did not hold');
  // The last one is after the deadline.
  expect(checks).toBeLessThanOrEqual(DEADLINE_MS / CHECK_MS + 2);
});

it('names what did not come to hold', async () => {
  await expect(waitFor(() => false, 1, 'all is written')).rejects.toThrow('within 1 ms: all is written');
  const isWritten = false;
  await expect(waitFor(() => isWritten, 1)).rejects.toThrow(/within 1 ms: .*isWritten/);
});

it('a standstill counts for a part only, so that others have the time to make the condition hold', async () => {
  let checks = 0;
  const third = () => {
    checks += 1;
    if (checks === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STANDSTILL_MS);
    return checks === 3 && 'held';
  };
  expect(await waitFor(third, DEADLINE_MS)).toBe('held');
});
