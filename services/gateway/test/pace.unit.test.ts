import { setTimeout as delay } from 'node:timers/promises';
import { Pace } from '../src/forward/pace.ts';

const PAUSE_MS = 20;
/** Node's timers may fire up to 1 ms early. */
const SHORTEST_MS = PAUSE_MS - 1;
/** Enough for the average to be within a hundredth of what it is made of. */
const TIMES = 200;

it('predicts nothing before a call was answered that had to wait', () => {
  expect(new Pace().msFor(1_000)).toBe(0);
});

it('predicts for a number of calls what that many took, and in proportion for others', async () => {
  const pace = new Pace();
  const startMs = performance.now();
  const answered = Array.from({ length: TIMES }, () => pace.measure(4));
  await delay(PAUSE_MS);
  for (const note of answered) note();
  const longestMs = performance.now() - startMs + 1;
  expect(pace.msFor(4)).toBeGreaterThan(SHORTEST_MS * 0.99);
  expect(pace.msFor(4)).toBeLessThan(longestMs);
  expect(pace.msFor(8)).toBeCloseTo(2 * pace.msFor(4));
});

it('follows a service that has become faster, but not at the first answer', async () => {
  const pace = new Pace();
  const slow = Array.from({ length: TIMES }, () => pace.measure(1));
  await delay(PAUSE_MS);
  for (const note of slow) note();
  const beforeMs = pace.msFor(1);
  // With so many calls before it, each took next to nothing.
  const fast = () => pace.measure(1_000_000)();
  fast();
  expect(pace.msFor(1)).toBeGreaterThan(beforeMs * 0.9);
  for (let time = 1; time < TIMES; time += 1) fast();
  expect(pace.msFor(1)).toBeLessThan(beforeMs / 100);
});
