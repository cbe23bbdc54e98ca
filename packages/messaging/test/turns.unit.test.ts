import { inTurns } from '../src/audit/turns.ts';

const STEPS_MAX = 100_000_000;

it('a long computation lets other work run in between, and returns its result', async () => {
  let others = 0;
  const timer = setInterval(() => {
    others += 1;
  }, 1);
  function* work() {
    let steps = 0;
    while (others < 3 && steps < STEPS_MAX) {
      steps += 1;
      yield;
    }
    return steps;
  }
  const steps = await inTurns(work());
  clearInterval(timer);
  expect(others).toBe(3);
  expect(steps).toBeGreaterThan(0);
});

it('a failing computation rejects', async () => {
  function* work() {
    yield;
    throw new Error('no');
  }
  await expect(inTurns(work())).rejects.toThrow('no');
});
