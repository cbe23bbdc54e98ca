import { setImmediate as turn } from 'node:timers/promises';
import type { Stream } from '@mo/contracts';
import { ProblemError } from '@mo/service-kit';
import { CONFIRM_ROUNDS_MAX, type Command, refuse } from '../src/index.ts';
import { COMMAND_AGE_MS_MAX, QUEUE_WEIGHT_MAX } from '../src/protocol/write-queues.ts';
import {
  commandOf,
  eventOf,
  eventsOf,
  grant,
  keyOf,
  type Ledger,
  ledgerOf,
  NOW_MS,
  origin,
  refusal,
} from './ledger.ts';
import { rejected, writePathUnderTest } from './write-path-under-test.ts';

const CONFIRM_BY: Stream[] = ['customers', 'payments'];

/** Refuses until an event of a followed stream has been applied. */
const grantOnce =
  (what: string): Command<Ledger>['decide'] =>
  (account, context) =>
    account?.history.includes(what) ? grant(account, context) : refusal(CONFIRM_BY);
const refuseAlways = () => refusal(CONFIRM_BY);

describe('a command that is granted', () => {
  it('is granted on stale data, without a pull', async () => {
    const { writePath, peers, store, reported } = writePathUnderTest();
    expect(await writePath.execute(commandOf())).toMatchObject({ status: 201, body: '{"loan":1,"version":1}' });
    expect(peers.calls).toEqual([]);
    expect(store.journal).toHaveLength(1);
    expect(reported.written).toBe(1);
  });

  it('is granted on fresh data if stale data would refuse it', async () => {
    const { writePath, peers } = writePathUnderTest();
    peers.add(eventOf('payments', 1, 1));
    expect((await writePath.execute(commandOf({ decide: grantOnce('payments 1') }))).status).toBe(201);
    expect(peers.calls).toEqual(['customers 1 after 1', 'payments 1 after 0']);
  });
});

describe('a refusal', () => {
  it('is final only after each stream that it rests on was pulled, in the given order', async () => {
    const { writePath, peers, reported, store } = writePathUnderTest();
    expect((await writePath.execute(commandOf({ decide: refuseAlways }))).status).toBe(422);
    expect(peers.calls).toEqual(['customers 1 after 1', 'payments 1 after 0']);
    expect(reported).toMatchObject({ pulls: ['customers confirm', 'payments confirm'], unconfirmed: 1, written: 0 });
    expect(store.journal).toEqual([]);
  });

  it('rests on the pulled events, which cause no further confirmation', async () => {
    const { writePath, peers, store } = writePathUnderTest();
    peers.add(eventOf('customers', 1, 2), eventOf('payments', 1, 1));
    expect(await writePath.execute(commandOf({ decide: refuseAlways }))).toMatchObject({
      status: 422,
      token: { versions: { customers: 2, loans: 0, payments: 1 } },
    });
    expect(store.accounts.get(1)?.history).toEqual(['customers 2', 'payments 1']);
    expect(peers.calls).toHaveLength(CONFIRM_BY.length);
  });

  it('of a customer named only by external_id is confirmed by that, then by the id found', async () => {
    const { writePath, peers } = writePathUnderTest();
    peers.add(eventOf('customers', 7, 1));
    const command = commandOf({ customer: { externalId: 'customer-7' }, decide: grantOnce('customers 1') });
    expect((await writePath.execute(command)).status).toBe(201);
    expect(peers.calls).toEqual(['customers customer-7 after 0', 'payments 7 after 0']);
  });

  it('of an unknown customer is final after its owner was queried', async () => {
    const { writePath, peers } = writePathUnderTest();
    const unknown = new ProblemError('customer_not_found', 'there is no such customer');
    const decide: Command<Ledger>['decide'] = (account, context) =>
      account === null ? refuse(unknown, origin, ['customers']) : grant(account, context);
    const command = commandOf({ customer: { customerId: 9 }, decide });
    expect(await writePath.execute(command)).toMatchObject({ status: 422, token: null });
    expect(peers.calls).toEqual(['customers 9 after 0']);
  });

  it('is confirmed again if a restricting event was applied during the last pull', async () => {
    const { writePath, peers, store } = writePathUnderTest();
    let pulls = 0;
    peers.add(eventOf('payments', 1, 1));
    peers.onPull = () => {
      pulls += 1;
      if (pulls === 2) store.put(ledgerOf(1, { version: 1, restricted: 1, applied: { customers: 1, payments: 0 } }));
    };
    expect((await writePath.execute(commandOf({ decide: refuseAlways }))).status).toBe(422);
    expect(peers.calls.map((call) => call.split(' ')[0])).toEqual([...CONFIRM_BY, ...CONFIRM_BY]);
  });

  it('that is never final is unavailable after six rounds, and nothing is written', async () => {
    const { writePath, peers, store } = writePathUnderTest();
    peers.onPull = () => {
      const { version, ...account } = store.accounts.get(1) as Ledger;
      store.put({ ...account, version: version + 1, restricted: version + 1 });
    };
    const command = commandOf({ decide: refuseAlways, key: keyOf('k') });
    expect(await rejected(writePath.execute(command))).toMatchObject({ code: 'unavailable' });
    expect(peers.calls).toHaveLength(CONFIRM_ROUNDS_MAX * CONFIRM_BY.length);
    expect([store.journal, store.answers.size]).toEqual([[], 0]);
  });

  it('that cannot be confirmed is unavailable, and nothing is written', async () => {
    const { writePath, peers, store } = writePathUnderTest();
    peers.reachable = false;
    const command = commandOf({ decide: refuseAlways, key: keyOf('k') });
    expect(await rejected(writePath.execute(command))).toMatchObject({ code: 'unavailable' });
    expect([store.journal, store.answers.size]).toEqual([[], 0]);
  });
});

describe('a failure of the storage', () => {
  it('is passed on to those whose batch it was, and the next batch is taken', async () => {
    const { writePath, store } = writePathUnderTest();
    store.failure = () => (store.transactions.length === 1 ? new Error('the disk is full') : null);
    const first = Promise.allSettled([writePath.execute(commandOf()), writePath.execute(commandOf())]);
    await turn();
    const next = writePath.execute(commandOf());
    const failed = { reason: { message: 'the disk is full' } };
    expect(await first).toMatchObject([failed, failed]);
    expect((await next).status).toBe(201);
  });

  it('does not wake the relay', async () => {
    const { writePath, store, reported } = writePathUnderTest();
    store.failure = () => new Error('the disk is full');
    await rejected(writePath.execute(commandOf()));
    expect(reported.written).toBe(0);
  });
});

it('a command that throws fails alone', async () => {
  const { writePath, store } = writePathUnderTest();
  const decide = () => {
    throw new TypeError('a bug');
  };
  const outcomes = await Promise.allSettled(
    [grant, decide, grant].map((one) => writePath.execute(commandOf({ decide: one }))),
  );
  expect(outcomes).toMatchObject([
    { value: { status: 201 } },
    { reason: { message: 'a bug' } },
    { value: { status: 201 } },
  ]);
  expect(store.journal).toHaveLength(2);
});

it('a full queue is unavailable, and what waits is still done', async () => {
  const { writePath, store } = writePathUnderTest();
  const gate = Promise.withResolvers<void>();
  store.gate = gate.promise;
  const refused = () => writePath.execute(commandOf({ decide: () => refusal() }));
  const waiting = [refused()];
  await turn();
  for (let n = 0; n < QUEUE_WEIGHT_MAX; n += 1) waiting.push(refused());
  expect(await rejected(writePath.execute(commandOf()))).toMatchObject({
    code: 'unavailable',
    message: 'too many requests are waiting',
  });
  gate.resolve();
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([422]));
  await writePath.drained();
  expect(writePath.depth).toBe(0);
});

describe('a command that nobody waits for any more', () => {
  it('is not decided: its caller is gone', async () => {
    const { writePath, store } = writePathUnderTest();
    const gone = commandOf({ origin: { ...origin, isGone: () => true } });
    const answers = [writePath.execute(commandOf()), rejected(writePath.execute(gone)), writePath.execute(commandOf())];
    expect((await Promise.all(answers))[1]).toMatchObject({ code: 'unavailable' });
    expect(store.journal).toHaveLength(2);
  });

  it('is refused as unavailable where it has waited for too long, and events are applied all the same', async () => {
    let nowMs = NOW_MS;
    const { writePath, store } = writePathUnderTest(() => nowMs);
    const first = writePath.execute(commandOf());
    await turn();
    const late = [0, 1].map(() => rejected(writePath.execute(commandOf())));
    const followed = writePath.follow(eventsOf('payments', 1, 1));
    nowMs += COMMAND_AGE_MS_MAX + 1;
    const problems = await Promise.all(late);
    expect(problems.map(({ code }) => code)).toEqual(['unavailable', 'unavailable']);
    expect((await followed).outcomes).toEqual(['apply']);
    expect((await first).status).toBe(201);
    expect(store.journal).toHaveLength(1);
    expect((await writePath.execute(commandOf())).status).toBe(201);
  });
});

describe('rows that are read', () => {
  it('have a token that includes what was written while they were read', async () => {
    const { writePath } = writePathUnderTest();
    const write = () => writePath.execute(commandOf());
    const { rows, token } = await writePath.read(write, () => ({ externalId: 'customer-1' }));
    expect(rows.status).toBe(201);
    expect(token).toEqual({ customerId: 1, versions: { customers: 1, loans: 1, payments: 0 } });
  });

  it.each([
    ['concern no customer', {}],
    ['concern one that is unknown', { customerId: 99 }],
  ])('have no token if they %s', async (_what, customer) => {
    const { writePath } = writePathUnderTest();
    expect(
      await writePath.read(
        async () => [],
        () => customer,
      ),
    ).toEqual({ rows: [], token: null });
  });
});
