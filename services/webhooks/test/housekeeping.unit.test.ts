/** Large changes of webhooks are completed at once, and not only by and by. */
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '@mo/service-kit';
import { Housekeeping } from '../src/housekeeping.ts';
import { notedLines } from './noted-lines.ts';

/** A pause ends only if it is ended. */
const clock: Clock = {
  now: () => 0,
  elapsed: () => 0,
  sleep: async (_durationMs, signal) => {
    await (signal?.aborted === false ? once(signal, 'abort') : turn());
  },
};
const TURNS = 20;
const settled = async () => {
  for (let n = 0; n < TURNS; n += 1) await turn();
};

it('what is left of a change is done until nothing is left, as soon as it is asked for', async () => {
  const left = { giveUp: 0, makeDue: 0, forget: 0 };
  const calls = { giveUp: 0, makeDue: 0, forget: 0 };
  const take = async (what: keyof typeof left) => {
    calls[what] += 1;
    left[what] = Math.max(0, left[what] - 1);
    return left[what] > 0;
  };
  const housekeeping = new Housekeeping({
    webhooks: { giveUpMore: () => take('giveUp'), makeMoreDue: () => take('makeDue') },
    deliveries: { forget: () => take('forget') },
    answers: { forget: async () => false },
    clock,
    logger: notedLines().logger,
  });
  housekeeping.start();
  await settled();
  expect(calls).toEqual({ giveUp: 1, makeDue: 1, forget: 1 });
  Object.assign(left, { giveUp: 3, makeDue: 2, forget: 2 });
  housekeeping.wake();
  await settled();
  expect(calls).toEqual({ giveUp: 4, makeDue: 3, forget: 1 });
  await housekeeping.stop();
});
