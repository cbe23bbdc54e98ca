/** What a caller is told whose command was not decided. */
import { setImmediate as turn } from 'node:timers/promises';
import { StoreBusyError } from '@mo/service-kit';
import { COMMAND_AGE_MS_MAX, SLOW_BATCH_MS } from '../src/protocol/write-queues.ts';
import { conflict } from './in-memory.ts';
import { commandOf, NOW_MS, refusal } from './ledger.ts';
import { rejected, writePathUnderTest } from './write-path-under-test.ts';

const BLOCKED = 'another change blocks this one';
const SLOW = 'the database takes too long';
const UNCONFIRMED = 'the refusal could not be confirmed in time';
/** Together more than those of the batches that run before the first command is too old. */
const MANY = 6_000;

const confirmed = commandOf({ decide: () => refusal(['customers', 'payments']) });

/** A write path whose transactions take as long as the test says. */
function timed() {
  let nowMs = NOW_MS;
  const under = writePathUnderTest(() => nowMs);
  const pass = (durationMs: number) => {
    nowMs += durationMs;
  };
  const problemsOf = (count: number) =>
    Promise.all(Array.from({ length: count }, () => rejected(under.writePath.execute(commandOf()))));
  return { ...under, pass, problemsOf };
}

it('of many commands those that wait for batch after batch are too many', async () => {
  const { writePath, store, pass } = timed();
  store.failure = () => {
    pass(SLOW_BATCH_MS / 4);
    return null;
  };
  const outcomes = await Promise.allSettled(Array.from({ length: MANY }, () => writePath.execute(commandOf())));
  const details = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  expect(details.length).toBeGreaterThan(0);
  expect(new Set(details)).toEqual(new Set(['ProblemError: more commands arrive than the service can process']));
});

it('those that wait behind a single batch wait for the database', async () => {
  const { writePath, store, peers, pass, problemsOf } = timed();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const first = writePath.execute(commandOf());
  await turn();
  const late = problemsOf(2);
  pass(COMMAND_AGE_MS_MAX + 1);
  gate.resolve();
  expect((await late).map(({ message }) => message)).toEqual([SLOW, SLOW]);
  expect((await first).status).toBe(201);
  // A later one did not wait for that batch.
  pass(1);
  peers.onPull = () => pass(COMMAND_AGE_MS_MAX);
  expect(await rejected(writePath.execute(confirmed))).toMatchObject({ message: UNCONFIRMED });
});

it('those of the batch itself wait for the database, too', async () => {
  const { store, pass, problemsOf } = timed();
  store.failure = () => {
    pass(COMMAND_AGE_MS_MAX / 2 + 1);
    return conflict();
  };
  expect((await problemsOf(3)).map(({ message }) => message)).toEqual([SLOW, SLOW, SLOW]);
});

it('one whose lock is held is blocked, however long it has waited', async () => {
  const { store, pass, problemsOf } = timed();
  store.failure = () => {
    pass(1_000);
    return new StoreBusyError('canceling statement due to lock timeout');
  };
  store.onPatient = () => pass(COMMAND_AGE_MS_MAX);
  expect((await problemsOf(3)).map(({ message }) => message)).toEqual([BLOCKED, BLOCKED, BLOCKED]);
});

it('one that conflicts with others again and again is one of too many', async () => {
  const { store, problemsOf } = timed();
  store.failure = () => conflict();
  expect(await problemsOf(1)).toMatchObject([{ message: 'too many concurrent writes of the same data' }]);
});

it('one whose refusal takes long to confirm could not be confirmed', async () => {
  const { writePath, peers, pass } = timed();
  peers.onPull = () => pass(COMMAND_AGE_MS_MAX);
  expect(await rejected(writePath.execute(confirmed))).toMatchObject({ message: UNCONFIRMED });
});
