import { StoreBusyError } from '@mo/service-kit';
import { type Command, LOCK_WAIT_MS_MAX } from '../src/index.ts';
import { HELD_MS_MAX } from '../src/protocol/held-lines.ts';
import { COMMAND_AGE_MS_MAX } from '../src/protocol/write-queues.ts';
import { conflict, type MemoryStore } from './in-memory.ts';
import { commandOf, eventsOf, type Ledger, ledgerOf, NOW_MS } from './ledger.ts';
import { rejected, writePathUnderTest } from './write-path-under-test.ts';

const sizes = (store: MemoryStore) => store.transactions.map(({ commands }) => commands.length);

describe('a conflict with another transaction', () => {
  it('runs the batch again unchanged, because the other transaction is committed by then', async () => {
    const { writePath, store } = writePathUnderTest();
    store.failure = () => (store.transactions.length === 1 ? conflict() : null);
    await Promise.all([1, 2, 3].map(() => writePath.execute(commandOf())));
    expect(sizes(store)).toEqual([3, 3]);
    expect(store.journal.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it('that recurs runs the batch in halves, down to single commands, so that each has its own outcome', async () => {
    const { writePath, store } = writePathUnderTest();
    store.failure = ({ commands }) => (commands.length > 1 ? conflict() : null);
    const answers = await Promise.all([1, 2, 3].map(() => writePath.execute(commandOf())));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(sizes(store)).toEqual([3, 3, 2, 2, 1, 1, 1]);
    expect(store.journal.map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it.each([
    ['that does not pass makes one command unavailable', conflict(), { code: 'unavailable' }],
    ['that hides another failure fails one command', new Error('a check failed'), { message: 'a check failed' }],
  ])('%s, and not its neighbours', async (_what, failure, reason) => {
    const { writePath, store } = writePathUnderTest();
    store.failure = ({ commands }) => {
      if (commands.length > 1) return conflict();
      return commands[0]?.claims === 'contested' ? failure : null;
    };
    const claims = ['a', 'b', 'contested', 'c'];
    const outcomes = await Promise.allSettled(claims.map((name) => writePath.execute(commandOf({ claims: name }))));
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { reason },
      { status: 'fulfilled' },
    ]);
    expect(store.journal).toHaveLength(3);
  });

  it('leaves committed what was done before another failure', async () => {
    const { writePath, store } = writePathUnderTest();
    store.failure = ({ commands }) => {
      if (commands.length === 4) return conflict();
      return commands[0]?.claims === 'c' ? new Error('the disk is full') : null;
    };
    const claims = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.allSettled(claims.map((name) => writePath.execute(commandOf({ claims: name }))));
    const done = { value: { status: 201 } };
    const failed = { reason: { message: 'the disk is full' } };
    expect(outcomes).toMatchObject([done, done, failed, failed]);
    expect(store.journal).toHaveLength(2);
  });

  it('decides nothing for a caller that disconnected while the batch runs in halves', async () => {
    const { writePath, store } = writePathUnderTest();
    let isGone = false;
    store.failure = ({ commands }) => {
      isGone = true;
      return commands.length > 3 ? conflict() : null;
    };
    const origin = { ...commandOf().origin, isGone: () => isGone };
    const commands = [commandOf(), commandOf({ origin }), commandOf(), commandOf()];
    const outcomes = await Promise.allSettled(commands.map((command) => writePath.execute(command)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect([sizes(store), store.journal.length]).toEqual([[4, 4, 1, 2], 3]);
  });

  it('is retried for a single command', async () => {
    const { writePath, store } = writePathUnderTest();
    store.failure = () => (store.transactions.length < 4 ? conflict() : null);
    expect((await writePath.execute(commandOf())).status).toBe(201);
    expect(store.journal).toHaveLength(1);
  });

  it.each([
    ['is retried once, even if it came late', 3_000, 2],
    ['is not retried for a command that has become too old', COMMAND_AGE_MS_MAX + 1, 1],
    ['is retried until it has taken too long', 1_000, 3],
  ])('%s', async (_what, attemptMs, attempts) => {
    let nowMs = NOW_MS;
    const { writePath, store } = writePathUnderTest(() => nowMs);
    store.failure = () => {
      nowMs += attemptMs;
      return conflict();
    };
    expect(await rejected(writePath.execute(commandOf()))).toMatchObject({ code: 'unavailable' });
    expect(store.transactions).toHaveLength(attempts);
  });

  it('makes no event faulty, even if it came late', async () => {
    let nowMs = NOW_MS;
    const { writePath, store, reported } = writePathUnderTest(() => nowMs);
    store.failure = () => {
      nowMs += 10_000;
      return store.transactions.length === 1 ? conflict() : null;
    };
    await writePath.follow(eventsOf('payments', 1, 1));
    expect([store.accounts.get(1)?.history, reported.faulty]).toEqual([['payments 1'], []]);
  });

  it('does not lose or double followed events', async () => {
    const { writePath, store } = writePathUnderTest();
    store.failure = () => (store.transactions.length < 3 ? conflict() : null);
    await writePath.follow(eventsOf('payments', 1, 3));
    expect(store.accounts.get(1)?.history).toEqual(['payments 1', 'payments 2', 'payments 3']);
  });
});

/** Customers are held until the test lets them go: a transaction that needs one of them waits in vain. */
function held(...customerIds: number[]) {
  const heldIds = new Set(customerIds.length === 0 ? [1] : customerIds);
  let nowMs = NOW_MS;
  const under = writePathUnderTest(() => nowMs);
  const { store } = under;
  store.put(ledgerOf(2, { externalId: 'customer-2', applied: { customers: 1, payments: 0 } }));
  store.failure = ({ commands, events }, lockWait) => {
    const needed = [...commands, ...events].map((one) =>
      'customer' in one ? one.customer.customerId : one.customer_id,
    );
    if (!needed.some((customerId) => heldIds.has(customerId ?? 0))) return null;
    nowMs += LOCK_WAIT_MS_MAX[lockWait];
    return new StoreBusyError('canceling statement due to lock timeout');
  };
  return {
    ...under,
    letGo: (customerId = 1) => void heldIds.delete(customerId),
    pass: (durationMs: number) => {
      nowMs += durationMs;
    },
  };
}

describe('a lock that another transaction holds for long', () => {
  const other = () => commandOf({ customer: { customerId: 2 } });

  it('is waited for briefly, then patiently, and then no more', async () => {
    const { writePath, store } = held();
    expect(await rejected(writePath.execute(commandOf()))).toMatchObject({ code: 'unavailable' });
    expect(store.transactions).toHaveLength(2);
  });

  it('delays neither the neighbours of a command nor later commands', async () => {
    const { writePath, store } = held();
    const { promise, resolve: letGo } = Promise.withResolvers<void>();
    store.patientGate = promise;
    const statusOf = (command: Command<Ledger>) =>
      writePath.execute(command).then(
        ({ status }) => status,
        (error: unknown) => error,
      );
    const [waiting, ...neighbours] = [commandOf(), other(), other()].map(statusOf);
    expect(await Promise.all([...neighbours, statusOf(other())])).toEqual([201, 201, 201]);
    store.failure = () => null;
    letGo();
    expect(await waiting).toBe(201);
  });

  it('is not waited for again by a command that is too old', async () => {
    const { writePath, store } = held();
    const commands = [commandOf(), commandOf(), commandOf()];
    const outcomes = await Promise.allSettled(commands.map((command) => writePath.execute(command)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    // All together, in halves, and the first by itself; then two patiently, after which the third is too old.
    expect(store.transactions.map((request) => request.commands.length)).toEqual([3, 2, 1, 1, 1]);
  });

  it('is waited for once per batch by the commands of its customer, which stay in order', async () => {
    const { writePath, store, letGo } = held();
    const patient = Promise.withResolvers<void>();
    store.patientGate = patient.promise;
    const ofBoth = Array.from({ length: 8 }, () => [commandOf(), other()]).flat();
    const versions = ofBoth.map((command) =>
      writePath.execute(command).then(
        ({ body }) => (JSON.parse(body) as { version: number }).version,
        (error: unknown) => error,
      ),
    );
    await Promise.all(versions.filter((_, place) => place % 2 === 1));
    expect(sizes(store)).toEqual([16, 8, 4, 2, 1, 1, 1, 2, 4]);
    letGo();
    patient.resolve();
    expect(await Promise.all(versions)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
  });

  it('delays another customer by one lock wait, however many units wait for it', async () => {
    const { writePath, store, letGo } = held(1, 2);
    store.onPatient = () => letGo(2);
    const commands = [commandOf(), commandOf(), commandOf(), other()];
    const outcomes = await Promise.allSettled(commands.map((command) => writePath.execute(command)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  it("delays no other customer's events of the same item, and outcomes stay in the order of events", async () => {
    const { writePath, store, letGo } = held();
    store.onPatient = () => letGo();
    const [first, second] = [eventsOf('payments', 1, 3), eventsOf('payments', 2, 3)];
    const events = [first[0], second[0], first[2], second[1], second[1], first[0]].flatMap((event) => event ?? []);
    const { outcomes, progress } = await writePath.follow(events);
    expect(outcomes).toEqual(['apply', 'apply', 'gap', 'apply', 'duplicate', 'duplicate']);
    expect([1, 2].map((id) => progress.get(id))).toMatchObject([
      { applied: { payments: 1 }, behind: { payments: 3 } },
      { applied: { payments: 2 }, behind: {} },
    ]);
    // All together, those of each customer, and those of the one that is held once more.
    const customers = store.transactions.map((request) => request.events.map(({ customer_id }) => customer_id));
    expect(customers.slice(1)).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [1, 1, 1],
    ]);
  });

  it("fails the events of its customer, which must be retried, while others' take effect", async () => {
    const { writePath, store, reported } = held();
    const events = [...eventsOf('payments', 1, 3), ...eventsOf('payments', 2, 2)];
    expect(await rejected(writePath.follow(events))).toMatchObject({ code: 'unavailable' });
    expect(await rejected(writePath.follow(eventsOf('payments', 1, 1)))).toMatchObject({ code: 'unavailable' });
    expect([reported.faulty, reported.quarantined]).toEqual([[], []]);
    // All together, then those of each customer, and those of the one that is held once more, patiently.
    expect(store.transactions.map((request) => request.events.length)).toEqual([5, 3, 2, 3, 1]);
    expect(store.accounts.get(1)?.history).toEqual([]);
    expect(store.accounts.get(2)?.history).toEqual(['payments 1', 'payments 2']);
    store.failure = () => null;
    await writePath.follow(events);
    expect(store.accounts.get(1)?.history).toEqual(['payments 1', 'payments 2', 'payments 3']);
    expect(store.accounts.get(2)?.history).toEqual(['payments 1', 'payments 2']);
  });
});

describe('a customer whose lock is known to be held', () => {
  /** A write path that has just waited for the lock of customer 1 in vain, and the lock waits and events since. */
  async function knownHeld() {
    const under = held();
    expect(await rejected(under.writePath.follow(eventsOf('payments', 1, 1)))).toMatchObject({ code: 'unavailable' });
    const runs: string[] = [];
    const { failure } = under.store;
    under.store.failure = (request, lockWait) => {
      runs.push([lockWait, ...request.events.map(({ customer_id }) => customer_id)].join(' '));
      return failure(request, lockWait);
    };
    return { ...under, runs };
  }
  const events = [...eventsOf('payments', 1, 1), ...eventsOf('payments', 2, 2)];

  it('waits in its line when its events are retried, while the others of their item run in a batch', async () => {
    const { writePath, store, runs } = await knownHeld();
    expect(await rejected(writePath.follow(events))).toMatchObject({ code: 'unavailable' });
    expect(runs.toSorted()).toEqual(['alone 1', 'batch 2 2']);
    expect(store.accounts.get(2)?.history).toEqual(['payments 1', 'payments 2']);
  });

  it('shares batches again once one of its units has run', async () => {
    const { writePath, runs, letGo } = await knownHeld();
    letGo();
    await writePath.follow(events);
    await writePath.follow(events);
    expect(runs.toSorted()).toEqual(['alone 1', 'batch 1 2 2', 'batch 2 2']);
  });

  it('still has its commands tried in a batch, because the lock may be free and their callers wait', async () => {
    const { writePath, runs, letGo } = await knownHeld();
    letGo();
    expect((await writePath.execute(commandOf())).status).toBe(201);
    expect(runs).toEqual(['batch']);
  });

  it('shares batches again if none of its units has come for a while', async () => {
    const { writePath, runs, letGo, pass } = await knownHeld();
    letGo();
    pass(HELD_MS_MAX);
    await writePath.follow(events);
    expect(runs).toEqual(['batch 1 2 2']);
  });
});
