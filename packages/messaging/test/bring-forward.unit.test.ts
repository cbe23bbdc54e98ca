import type { StreamEvent } from '@mo/contracts';
import type { ProblemError } from '@mo/service-kit';
import { Batch, type CustomerRef, type Progress, progressOf } from '../src/index.ts';
import { BringForward } from '../src/protocol/bring-forward.ts';
import type { Quarantined } from '../src/protocol/quarantine.ts';
import { MemoryPeers } from './in-memory.ts';
import { eventOf, eventsOf, type Ledger, ledgerModel, ledgerOf, NOW_MS } from './ledger.ts';

const PULLS_MAX = 64;
const STANDSTILLS_MAX = 3;

/** One customer, brought forward by pulls alone. */
function ledgerToBring(model = ledgerModel) {
  const peers = new MemoryPeers();
  let account: Ledger = ledgerOf(1);
  const followed: number[] = [];
  const follow = async (events: readonly StreamEvent[]) => {
    followed.push(events.length);
    const state = { accounts: new Map([[1, account]]), taken: new Set<string>(), answers: new Map(), ids: [] };
    const batch = new Batch(model, state, NOW_MS);
    const outcomes = batch.events(events);
    account = batch.changes().accounts[0]?.after ?? account;
    return { outcomes, progress: new Map([[1, batch.progress(1) as Progress]]), faults: batch.faults };
  };
  const quarantined: Quarantined[] = [];
  const quarantine = async (items: readonly Quarantined[]) => {
    quarantined.push(...items);
    return new Map([[1, progressOf(account)]]);
  };
  const forward = new BringForward(peers, { follow, quarantine });
  /** What another process has applied. */
  const applyElsewhere = (applied: Ledger['applied']) => {
    account = { ...account, applied: { ...account.applied, ...applied } };
  };
  return { peers, forward, followed, quarantined, account: () => account, applyElsewhere };
}

const customer = { customerId: 1 };

it('applies all events that the owner has, page by page', async () => {
  const { peers, forward, account } = ledgerToBring();
  peers.pageMax = 2;
  peers.add(...eventsOf('payments', 1, 5));
  expect(await forward.bring(customer, 'payments', null)).toMatchObject({ applied: { customers: 0, payments: 5 } });
  expect(account().history).toEqual(eventsOf('payments', 1, 5).map(({ version }) => `payments ${version}`));
  expect(peers.calls).toEqual(['payments 1 after 0', 'payments 1 after 2', 'payments 1 after 4']);
});

it('pulls only events that are not applied yet', async () => {
  const { peers, forward } = ledgerToBring();
  peers.add(...eventsOf('payments', 1, 5));
  const known = { ...ledgerOf(1), applied: { customers: 0, payments: 5 } };
  expect(await forward.bring(customer, 'payments', known)).toEqual(known);
  expect(peers.calls).toEqual(['payments 1 after 5']);
});

it('ends at the head at the time of the call, however much is written meanwhile', async () => {
  const { peers, forward } = ledgerToBring();
  peers.pageMax = 1;
  peers.add(...eventsOf('payments', 1, 2));
  let written = 2;
  peers.onPull = () => {
    written += 1;
    if (peers.calls.length > 1) peers.add(eventOf('payments', 1, written - 1));
  };
  expect(await forward.bring(customer, 'payments', null)).toMatchObject({ applied: { payments: 2 } });
  expect(peers.calls).toHaveLength(2);
});

it('brings the causes of an event forward first, and the causes of those', async () => {
  const { peers, forward, account } = ledgerToBring();
  peers.add(eventOf('payments', 1, 1), eventOf('payments', 1, 2, { customers: 2 }));
  peers.add(eventOf('customers', 1, 1), eventOf('customers', 1, 2, { payments: 1 }), eventOf('customers', 1, 3));
  expect(await forward.bring(customer, 'payments', null)).toMatchObject({
    applied: { customers: 3, payments: 2 },
    behind: {},
  });
  expect(account().history.indexOf('customers 2')).toBeLessThan(account().history.indexOf('payments 2'));
  expect(peers.calls).toHaveLength(3);
});

it('does not pull a cause in a stream that it does not follow', async () => {
  const { peers, forward } = ledgerToBring();
  peers.add(eventOf('payments', 1, 1, { loans: 5, customers: 1 }), eventOf('customers', 1, 1));
  expect(await forward.bring(customer, 'payments', null)).toMatchObject({ applied: { customers: 1, payments: 1 } });
  expect(peers.calls).toEqual(['payments 1 after 0', 'customers 1 after 0', 'payments 1 after 0']);
});

it('continues as long as pages or causes arrive', async () => {
  const count = 2 * STANDSTILLS_MAX;
  const { peers, forward } = ledgerToBring();
  peers.pageMax = 1;
  peers.add(eventOf('payments', 1, 1, { customers: count }), ...eventsOf('payments', 1, count).slice(1));
  let written = 0;
  peers.onPull = (stream) => {
    if (stream !== 'customers' || written === count) return;
    written += 1;
    peers.add(eventOf('customers', 1, written));
  };
  expect(await forward.bring(customer, 'payments', null)).toMatchObject({
    applied: { customers: count, payments: count },
  });
});

it('an event whose effect throws is unavailable, with the reason as the cause', async () => {
  const bug = new TypeError('a bug');
  const react = () => {
    throw bug;
  };
  const { peers, forward } = ledgerToBring({ ...ledgerModel, react });
  peers.add(eventOf('payments', 1, 1));
  await expect(forward.bring(customer, 'payments', null)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'event 1 of the payments of customer 1 cannot take effect yet',
    cause: bug,
  });
});

it('a customer that the owner does not know stays unknown', async () => {
  const { forward, followed } = ledgerToBring();
  expect(await forward.bring({ externalId: 'nobody' }, 'customers', null)).toBeNull();
  expect(followed).toEqual([]);
});

describe('gives up after a limited number of pulls, including those of causes', () => {
  const failureOf = async (
    { forward }: ReturnType<typeof ledgerToBring>,
    of: CustomerRef = customer,
  ): Promise<ProblemError> => {
    const [outcome] = await Promise.allSettled([forward.bring(of, 'payments', null)]);
    return (outcome as PromiseRejectedResult).reason as ProblemError;
  };

  it('if a cause is beyond the head of its owner', async () => {
    const ledger = ledgerToBring();
    ledger.peers.add(eventOf('payments', 1, 1, { customers: 9 }), eventOf('customers', 1, 1));
    expect((await failureOf(ledger)).code).toBe('unavailable');
    // The first pull of the cause is progress; each standstill pulls both streams.
    expect(ledger.peers.calls).toHaveLength(2 + 2 * STANDSTILLS_MAX);
  });

  it('without repeating the external_id that a caller chose', async () => {
    const ledger = ledgerToBring();
    ledger.peers.add(eventOf('payments', 1, 1, { customers: 9 }));
    const { message } = await failureOf(ledger, { externalId: 'customer-1' });
    expect(message).toBe('the payments of the customer could not be brought up to date');
  });

  it('if events wait for each other', async () => {
    const ledger = ledgerToBring();
    ledger.peers.add(eventOf('payments', 1, 1, { customers: 1 }), eventOf('customers', 1, 1, { payments: 1 }));
    // A bound that isn't kept must fail this test, and not hang it.
    ledger.peers.onPull = () => {
      if (ledger.peers.calls.length > 10 * PULLS_MAX) throw new Error('it pulls for ever');
    };
    expect((await failureOf(ledger)).message).toBe('the payments of customer 1 could not be brought up to date');
    expect(ledger.peers.calls.length).toBeLessThanOrEqual(PULLS_MAX);
  });
});

describe('an event that cannot be parsed', () => {
  const unreadable = (version: number) => ({
    stream: 'payments' as const,
    customerId: 1,
    version,
    reason: 'type: unknown',
    source: null,
  });

  it('is quarantined once all previous ones are applied, and is unavailable', async () => {
    const { peers, forward, quarantined, account } = ledgerToBring();
    peers.add(...eventsOf('payments', 1, 5));
    peers.unreadable = unreadable(3);
    await expect(forward.bring(customer, 'payments', null)).rejects.toMatchObject({
      code: 'unavailable',
      message: 'event 3 of the payments of customer 1 cannot be understood yet',
    });
    expect(account().applied).toMatchObject({ payments: 2 });
    expect(quarantined).toEqual([unreadable(3)]);
  });

  it('is quarantined if it is the first one of a customer', async () => {
    const { peers, forward, quarantined } = ledgerToBring();
    peers.add(...eventsOf('payments', 1, 2));
    peers.unreadable = unreadable(1);
    await expect(forward.bring(customer, 'payments', null)).rejects.toMatchObject({ code: 'unavailable' });
    expect(quarantined).toEqual([unreadable(1)]);
  });

  it('is no obstacle if another process was able to parse and apply it meanwhile', async () => {
    const { peers, forward, applyElsewhere } = ledgerToBring();
    peers.add(...eventsOf('payments', 1, 3));
    peers.unreadable = unreadable(1);
    peers.onPull = () => applyElsewhere({ payments: 1 });
    expect(await forward.bring(customer, 'payments', null)).toMatchObject({ applied: { payments: 3 } });
  });

  it('is not quarantined while a previous one waits for a cause', async () => {
    const { peers, forward, quarantined } = ledgerToBring();
    peers.add(eventOf('payments', 1, 1, { customers: 1 }), eventOf('payments', 1, 2), eventOf('customers', 1, 1));
    peers.unreadable = unreadable(2);
    await expect(forward.bring(customer, 'payments', null)).rejects.toMatchObject({ code: 'unavailable' });
    expect(quarantined).toEqual([unreadable(2)]);
    expect(peers.calls).toEqual(['payments 1 after 0', 'customers 1 after 0', 'payments 1 after 0']);
  });
});
