import { setImmediate } from 'node:timers/promises';
import { StoreBusyError, unavailable } from '@mo/service-kit';
import type { Item, Outcome } from '../src/protocol/batch-runner.ts';
import { HELD_MS_MAX, HeldLines } from '../src/protocol/held-lines.ts';
import { eventsOf, type Ledger } from './ledger.ts';

const BUSY: Outcome = { kind: 'failed', error: new StoreBusyError('lock timeout') };
const unitOf = (customerId: number): Item<Ledger> => ({ kind: 'events', events: eventsOf('payments', customerId, 1) });

/** Lines whose units run until `end` gives the one that runs its outcome. */
function linesUnderTest() {
  let nowMs = 0;
  const running: PromiseWithResolvers<Outcome>[] = [];
  const run = () => {
    const runs = Promise.withResolvers<Outcome>();
    running.push(runs);
    return runs.promise;
  };
  return {
    lines: new HeldLines<Ledger>(run, 8, { elapsed: () => nowMs }),
    end: async (outcome: Outcome) => {
      while (running.length === 0) await setImmediate();
      running.shift()?.resolve(outcome);
    },
    pass: (durationMs: number) => {
      nowMs += durationMs;
    },
  };
}

it('a customer counts as held for a while after its last unit has waited in vain', async () => {
  const { lines, end, pass } = linesUnderTest();
  const waits = lines.submit(unitOf(1));
  pass(HELD_MS_MAX - 1);
  await end(BUSY);
  expect(await waits).toBe(BUSY);
  pass(HELD_MS_MAX - 1);
  expect([lines.holds(unitOf(1)), lines.holds(unitOf(2))]).toEqual([true, false]);
  pass(1);
  expect(lines.holds(unitOf(1))).toBe(false);
});

it('units that only wait for their turn do not prolong it', async () => {
  const { lines, end, pass } = linesUnderTest();
  const waits = lines.submit(unitOf(1));
  await end(BUSY);
  await waits;
  const others = [lines.submit(unitOf(2)), lines.submit(unitOf(1))];
  pass(HELD_MS_MAX / 2);
  others.push(lines.submit(unitOf(1)));
  pass(HELD_MS_MAX / 2);
  expect(lines.holds(unitOf(1))).toBe(false);
  for (const other of others) {
    await end(BUSY);
    await other;
  }
});

it.each<[string, Outcome, boolean]>([
  ['that has run ends it', { kind: 'events', followed: { outcomes: [], progress: new Map(), faults: [] } }, false],
  ['that was refused before it ran does not', { kind: 'failed', error: unavailable('too old') }, true],
  ['whose parts found the lock held again does not', { kind: 'busy', error: new StoreBusyError(''), units: [] }, true],
])('a unit %s', async (_what, outcome, isHeld) => {
  const { lines, end } = linesUnderTest();
  const first = lines.submit(unitOf(1));
  await end(BUSY);
  await first;
  const second = lines.submit(unitOf(1));
  await end(outcome);
  await second;
  expect(lines.holds(unitOf(1))).toBe(isHeld);
});
