/** `npm run overload` for half a minute; how much is done then depends on the machine, and is not looked at here. */
import { overload } from '../src/overload/overload.ts';
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

describe('at four times the load that it can do', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.stop());

  it('every call is done or refused with Retry-After, no acknowledged write is lost, and it is fast again soon', async () => {
    const result = await overload(system.stack, PLAN);
    expect([...brokenAnswers(result), ...brokenAfterwards(result)]).toEqual([]);
    expect(result.overload.counts.done).toBeGreaterThan(0);
    expect(result.overload.counts.refused).toBeGreaterThan(0);
  }, 400_000);
});
