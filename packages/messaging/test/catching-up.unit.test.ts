import type { Settlement } from '../src/index.ts';
import { commandOf, eventOf, eventsOf, grant, keyOf, paymentApplied } from './ledger.ts';
import { rejected, writePathUnderTest } from './write-path-under-test.ts';

describe('an answer with a settlement', () => {
  const settling = (settle: Partial<Settlement>, key = keyOf('k')) =>
    commandOf({
      key,
      decide: (account, context) => ({
        ...grant(account, context),
        settle: { peer: 'payments', ...settle },
      }),
    });
  const SETTLED = 'settle payments 1 loans 1';

  it('is returned after the peer has applied the events written', async () => {
    const { writePath, peers } = writePathUnderTest();
    expect((await writePath.execute(settling({ statusOtherwise: 202 }))).status).toBe(201);
    expect(peers.calls).toEqual([SETTLED]);
  });

  it('has the alternative status if the peer failed, or the same status if there is none', async () => {
    const { writePath, peers } = writePathUnderTest();
    peers.settles = false;
    expect((await writePath.execute(settling({ statusOtherwise: 202 }, keyOf('1')))).status).toBe(202);
    expect((await writePath.execute(settling({}, keyOf('2')))).status).toBe(201);
  });

  it('is settled again when it is repeated, and its status is determined again', async () => {
    const { writePath, peers } = writePathUnderTest();
    const command = () => settling({ statusOtherwise: 202 });
    peers.settles = false;
    const first = await writePath.execute(command());
    peers.settles = true;
    const second = await writePath.execute(command());
    expect([first.status, second.status]).toEqual([202, 201]);
    expect(second.body).toBe(first.body);
    expect(peers.calls).toEqual([SETTLED, SETTLED]);
  });
});

describe('catching up with a token', () => {
  const token = (versions: { customers?: number; loans?: number; payments?: number }, customerId = 1) => ({
    customerId,
    versions: { customers: 0, loans: 0, payments: 0, ...versions },
  });

  it('pulls nothing if all of its versions are applied', async () => {
    const { writePath, peers } = writePathUnderTest();
    await writePath.catchUpWith(token({ customers: 1 }));
    await writePath.catchUpWith(token({}, 9));
    expect(peers.calls).toEqual([]);
  });

  it('pulls only the streams whose versions are not applied', async () => {
    const { writePath, peers, store, reported } = writePathUnderTest();
    peers.add(...eventsOf('payments', 1, 2));
    await writePath.catchUpWith(token({ customers: 1, payments: 2 }));
    expect(store.accounts.get(1)?.applied).toEqual({ customers: 1, payments: 2 });
    expect(reported.pulls).toEqual(['payments token']);
  });

  it('pulls a customer that is unknown here', async () => {
    const { writePath, peers, store } = writePathUnderTest();
    peers.add(eventOf('customers', 5, 1));
    await writePath.catchUpWith(token({ customers: 1 }, 5));
    expect(store.accounts.get(5)?.externalId).toBe('customer-5');
  });

  it.each([{ customers: 2 }, { payments: 1 }, { loans: 1 }])(
    'is unavailable beyond what exists: %j',
    async (versions) => {
      const { writePath } = writePathUnderTest();
      expect(await rejected(writePath.catchUpWith(token(versions)))).toMatchObject({
        code: 'unavailable',
        message: `the ${Object.keys(versions)[0]} version of this Consistency-Token does not exist`,
      });
    },
  );

  it('is unavailable if the owner is unreachable', async () => {
    const { writePath, peers } = writePathUnderTest();
    peers.reachable = false;
    expect(await rejected(writePath.catchUpWith(token({ payments: 1 })))).toMatchObject({ code: 'unavailable' });
  });
});

describe('whether a customer is known', () => {
  it('is queried from the owner if it is unknown here', async () => {
    const { writePath, peers } = writePathUnderTest();
    peers.add(eventOf('customers', 5, 1));
    expect(await writePath.known({ customerId: 1 })).toMatchObject({ customerId: 1 });
    expect(peers.calls).toEqual([]);
    expect(await writePath.known({ customerId: 5 })).toMatchObject({ applied: { customers: 1 } });
    expect(await writePath.known({ customerId: 6 })).toBeNull();
    expect(peers.calls).toEqual(['customers 5 after 0', 'customers 6 after 0']);
  });
});

describe('followed events', () => {
  it('report the outcome of each, and which customers are behind', async () => {
    const { writePath, reported } = writePathUnderTest();
    const { outcomes, progress } = await writePath.follow([
      eventOf('payments', 1, 1),
      eventOf('payments', 2, 2),
      eventOf('customers', 1, 1),
    ]);
    expect(outcomes).toEqual(['apply', 'gap', 'duplicate']);
    expect(progress.get(1)).toMatchObject({ applied: { customers: 1, payments: 1 }, behind: {} });
    expect(reported.behind).toMatchObject([{ customerId: 2, behind: { payments: 2 } }]);
  });

  it('wake the relay only if they caused own events', async () => {
    const { writePath, reported, store } = writePathUnderTest();
    await writePath.follow([eventOf('customers', 1, 2)]);
    expect(reported.written).toBe(0);
    await writePath.follow([paymentApplied(1, 1)]);
    expect(reported.written).toBe(1);
    expect(store.journal).toMatchObject([{ type: 'LoanPaid', version: 1 }]);
  });
});
