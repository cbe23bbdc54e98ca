/** `npm run overload` for half a minute. The throughput then depends on the machine, and is not checked here. */
import { OVERLOADED_ENV, overload } from '../src/overload/overload.ts';
import { brokenAfterwards, brokenAnswers } from '../src/overload/rules.ts';
import { type System, startSystem } from '../src/system.ts';

const PLAN = {
  factor: 4,
  overloadMs: 12_000,
  warmUpMs: 3_000,
  callers: [64],
  trialMs: 2_000,
  bestMs: 4_000,
  customers: 300,
  say: () => {},
};

describe('at four times the best rate', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ env: { LOG_LEVEL: 'warn', ...OVERLOADED_ENV } });
  });
  afterAll(() => system?.stop());

  it('every call completes or is refused with Retry-After, no acknowledged write is lost, and the system recovers', async () => {
    const result = await overload(system.stack, PLAN);
    expect([...brokenAnswers(result), ...brokenAfterwards(result)]).toEqual([]);
    expect(result.overload.counts.done).toBeGreaterThan(0);
    expect(result.overload.counts.refused).toBeGreaterThan(0);
  }, 400_000);
});
