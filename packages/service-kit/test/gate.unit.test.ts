import { Gate } from '../src/gate.ts';
import { ProblemError } from '../src/problem-error.ts';

const limits = { atOnceMax: 2, waitingMax: 2, waitMsMax: 60_000 };
const isHere = () => false;

/** Passes the gate with work that lasts until it is told to end. */
function passing(gate: Gate, isGone = isHere) {
  const { promise: end, resolve: finish } = Promise.withResolvers<void>();
  const work = { hasBegun: false, finish, done: Promise.resolve<unknown>(undefined) };
  const passed = gate.pass(() => {
    work.hasBegun = true;
    return end;
  }, isGone);
  work.done = passed.catch((error: unknown) => error);
  return work;
}

describe('a gate', () => {
  it('admits at most the given number at once, and the others in order of arrival', async () => {
    const gate = new Gate(limits);
    const [first, second, third, fourth] = [passing(gate), passing(gate), passing(gate), passing(gate)];
    expect([first, second, third, fourth].map(({ hasBegun }) => hasBegun)).toEqual([true, true, false, false]);
    second.finish();
    await second.done;
    await Promise.resolve();
    expect([third.hasBegun, fourth.hasBegun, gate.waiting]).toEqual([true, false, 1]);
    for (const { finish } of [first, third, fourth]) finish();
    await Promise.all([first.done, third.done, fourth.done]);
    expect(fourth.hasBegun).toBe(true);
    const again = passing(gate);
    expect(again.hasBegun).toBe(true);
  });

  it('refuses callers if the queue is full, and callers that have waited too long', async () => {
    const gate = new Gate({ ...limits, waitMsMax: 1 });
    const inside = [passing(gate), passing(gate)];
    const waiting = [passing(gate), passing(gate)];
    const refused = await passing(gate).done;
    const again = { code: 'unavailable', headers: { 'retry-after': '1' } };
    expect(refused).toMatchObject({ ...again, message: 'too many requests are waiting' });
    const message = 'the request waited 0.001 s for the database and was not served';
    for (const { done } of waiting) expect(await done).toMatchObject({ ...again, message });
    expect(waiting.map(({ hasBegun }) => hasBegun)).toEqual([false, false]);
    for (const { finish } of inside) finish();
    await Promise.all(inside.map(({ done }) => done));
    expect(passing(gate).hasBegun).toBe(true);
  });

  it('skips work whose caller has left', async () => {
    const gate = new Gate({ ...limits, atOnceMax: 1 });
    const first = passing(gate);
    const gone = passing(gate, () => true);
    const last = passing(gate);
    first.finish();
    expect(await gone.done).toBeInstanceOf(ProblemError);
    last.finish();
    await last.done;
    expect([gone.hasBegun, last.hasBegun]).toEqual([false, true]);
  });
});
