import { dueAtMs, dueUntil } from '../src/schedule.ts';

it('has the first request due at once and the others at even intervals', () => {
  expect(dueUntil(0, 100, 1_000)).toBe(0);
  expect(dueUntil(0.001, 100, 1_000)).toBe(1);
  expect(dueUntil(9.99, 100, 1_000)).toBe(1);
  expect(dueUntil(10, 100, 1_000)).toBe(2);
  expect([0, 1, 2].map((index) => dueAtMs(index, 100))).toEqual([0, 10, 20]);
});

it('has all requests of one second due at its end, and no more after it', () => {
  expect(dueUntil(1_000, 333, 1_000)).toBe(333);
  expect(dueUntil(60_000, 333, 1_000)).toBe(333);
  expect(dueUntil(999.9, 333, 1_000)).toBe(333);
});

it('has one request due at the start of a duration too short for one', () => {
  expect(dueUntil(0, 1, 200)).toBe(0);
  expect(dueUntil(0.001, 1, 200)).toBe(1);
  expect(dueUntil(60_000, 1, 200)).toBe(1);
});

it('has no request due early', () => {
  for (let elapsedMs = 0.01; elapsedMs < 1_000; elapsedMs += 7.3) {
    const due = dueUntil(elapsedMs, 777, 1_000);
    expect(dueAtMs(due - 1, 777)).toBeLessThanOrEqual(elapsedMs);
  }
});
