import { FRESH_MS, WaitEstimate } from '../src/forward/wait-estimate.ts';

/** Enough for the average to be within a hundredth of what it is made of. */
const TIMES = 200;

let nowMs: number;
let waitEstimate: WaitEstimate;
beforeEach(() => {
  nowMs = 0;
  waitEstimate = new WaitEstimate(() => nowMs);
});

/** So many calls, each with this many under way when it began to wait, are answered after `ms`. */
function answer(times: number, calls: number, ms: number): void {
  const answered = Array.from({ length: times }, () => waitEstimate.measure(calls));
  nowMs += ms;
  for (const note of answered) note();
}

it('predicts nothing before a call was answered that had to wait', () => {
  expect(waitEstimate.msFor(1_000)).toBe(0);
});

it('predicts for a number of calls what that many took, and in proportion for others', () => {
  answer(TIMES, 4, 20);
  expect(waitEstimate.msFor(4) / 20).toBeCloseTo(1, 2);
  expect(waitEstimate.msFor(8)).toBe(2 * waitEstimate.msFor(4));
  expect(waitEstimate.msFor(0)).toBe(0);
});

it('follows a service that has become faster, but not at the first answer', () => {
  answer(TIMES, 1, 20);
  answer(1, 20, 1);
  expect(waitEstimate.msFor(1)).toBeGreaterThan(19);
  answer(TIMES, 20, 1);
  expect(waitEstimate.msFor(1)).toBeLessThan(0.1);
});

it('begins anew after a time without measurements', () => {
  answer(TIMES, 1, 5_000);
  nowMs += FRESH_MS;
  expect(waitEstimate.msFor(1)).toBeGreaterThan(4_900);
  nowMs += 1;
  expect(waitEstimate.msFor(1)).toBe(0);
  answer(1, 1, 1);
  expect(waitEstimate.msFor(1)).toBeLessThan(1);
});
