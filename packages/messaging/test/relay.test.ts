import { randomUUID } from 'node:crypto';
import type { StreamEvent } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { testServers } from '@mo/dev-stack';
import { createLogger, systemClock } from '@mo/service-kit';
import {
  appendEvents,
  fromMessage,
  type Kafka,
  kafkaOverKafkajs,
  Lease,
  MessageRefusedError,
  Partitioning,
  type Producer,
  Relay,
  type RelayOptions,
  type Subscription,
  type Topics,
} from '../src/index.ts';
import { Outbox } from '../src/sql/outbox.ts';
import { deleteTopics, waitFor } from '../src/testing/index.ts';
import { eventOf, eventsOf } from './ledger.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

const PARTITIONS = 3;
const HUGE = 'x'.repeat(1_500_000);
/** Longer than any machine stands still: a lease ends only where a test ends it. */
const LEASE_MS = 3_600_000;

const logger = createLogger('test', 'silent');
let database: Database;
let databases: LedgerDatabases;
let outbox: Outbox;
let kafka: Kafka & Topics;
let topicPrefix: string;
let subscription: Subscription;
let relays: Relay[];
/** The topic's messages, in order, as `customer.version`: each once, although a reader that stalls gets some again. */
let received: string[];

beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
  outbox = new Outbox(database);
  kafka = kafkaOverKafkajs('test', testServers(), logger);
  topicPrefix = `relay-${randomUUID().slice(0, 8)}`;
  received = [];
  relays = [];
  const topic = `${topicPrefix}.loans`;
  await kafka.ensureTopics([topic], PARTITIONS);
  const places = new Set<string>();
  subscription = await kafka.subscribe(`${topicPrefix}.test`, [topic], async (messages) => {
    for (const message of messages) {
      const event = fromMessage('loans', message);
      const name = typeof event === 'string' ? event : `${event.customer_id}.${event.version}`;
      const place = `${message.partition} ${message.offset} ${name}`;
      if (!places.has(place)) received.push(name);
      places.add(place);
    }
  });
});
afterEach(async () => {
  for (const relay of relays) await relay.stop();
  await subscription.close();
  await databases.close();
});

function startRelay(
  over: Kafka = kafka,
  from: RelayOptions['outbox'] = outbox,
  partitions: RelayOptions['partitions'] = async () => PARTITIONS,
): Relay {
  const lease = new Lease(database, randomUUID(), LEASE_MS);
  const parts = { outbox: from, lease, kafka: over, partitions, clock: systemClock, logger };
  const relay = new Relay({ stream: 'loans', topicPrefix, ...parts });
  relays.push(relay);
  relay.start();
  return relay;
}

/** Another process takes the lease, and keeps it until it gives it up: a busy machine takes its time to notice. */
const steal = () =>
  run(sqlOf(database), `UPDATE relay_lease SET holder = 'thief', until = clock_timestamp() + interval '1 hour'`);
const giveUp = () => run(sqlOf(database), `DELETE FROM relay_lease WHERE holder = 'thief'`);

/** The real broker, through a producer whose sends a test can spoil. */
function spoiled(send: (real: Producer, ...call: Parameters<Producer['send']>) => Promise<void>): Kafka {
  return {
    ...kafka,
    producer: async () => {
      const real = await kafka.producer();
      return { send: (...call) => send(real, ...call), close: () => real.close() };
    },
  };
}

const append = (...events: StreamEvent[]) => inTransaction(database, (sql) => appendEvents(sql, events));
const waiting = async () => (await outbox.depth()).entries;
/** What first came of a customer, in order: Kafka may give a version again later on. */
const of = (customerId: number) => [...new Set(received)].filter((name) => name.startsWith(`${customerId}.`));
const versions = (customerId: number, count: number) =>
  eventsOf('loans', customerId, count).map(({ version }) => `${customerId}.${version}`);

describe('the relay', () => {
  it('sends written events, in version order per customer, and empties the outbox', async () => {
    const [one, two, three] = [1, 2, 3].map((id) => eventsOf('loans', id, 20)) as [
      StreamEvent[],
      StreamEvent[],
      StreamEvent[],
    ];
    await append(...one.flatMap((event, n) => [event, two[n] as StreamEvent, three[n] as StreamEvent]));
    const relay = startRelay();
    await waitFor(() => received.length >= 60);
    await append(eventOf('loans', 1, 21));
    relay.wake();
    await waitFor(() => received.length >= 61);
    for (const [id, count] of [
      [1, 21],
      [2, 20],
      [3, 20],
    ] as const)
      expect(of(id)).toEqual(versions(id, count));
    await waitFor(async () => (await waiting()) === 0);
  });

  it('resends entries that Kafka did not acknowledge, and removes none before that', async () => {
    const left: number[] = [];
    let sends = 0;
    const over = spoiled(async (real, topic, messages) => {
      sends += 1;
      left.push(await waiting());
      if (sends === 1) throw new Error('the connection broke before');
      await real.send(topic, messages);
      if (sends === 2) throw new Error('the acknowledgement was lost');
    });
    await append(...eventsOf('loans', 1, 3));
    startRelay(over);
    await waitFor(async () => (await waiting()) === 0);
    expect(left.slice(0, 3)).toEqual([3, 3, 3]);
    await waitFor(() => received.length >= 6);
    expect(received).toEqual([...versions(1, 3), ...versions(1, 3)]);
  });

  it('removes only entries that it sent, even if more are written meanwhile', async () => {
    let sends = 0;
    const over = spoiled(async (real, topic, messages) => {
      sends += 1;
      if (sends === 1) await append(eventOf('loans', 1, 2));
      await real.send(topic, messages);
    });
    await append(eventOf('loans', 1, 1));
    startRelay(over);
    await waitFor(() => received.length >= 2);
    expect(received).toEqual(['1.1', '1.2']);
  });

  it('sends entries that are committed late, even after later ones', async () => {
    startRelay();
    const written = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const late = inTransaction(database, async (sql) => {
      await appendEvents(sql, eventsOf('loans', 1, 2));
      written.resolve();
      await commit.promise;
    });
    await written.promise;
    await append(...eventsOf('loans', 2, 2));
    await waitFor(async () => received.length >= 2 && (await waiting()) === 0);
    expect(received).toEqual(versions(2, 2));
    commit.resolve();
    await late;
    await waitFor(() => received.length >= 4);
    expect(of(1)).toEqual(versions(1, 2));
  });

  it('parks the customer of an event that Kafka refuses, and no other', async () => {
    const [first, second, third] = eventsOf('loans', 1, 3) as [StreamEvent, StreamEvent, StreamEvent];
    const huge = { ...second, data: { ...second.data, contract_version: HUGE } } as StreamEvent;
    const [a, b] = eventsOf('loans', 2, 2) as [StreamEvent, StreamEvent];
    await append(first, a, huge, third, b);
    startRelay();
    await waitFor(async () => (await waiting()) === 2);
    await append(eventOf('loans', 1, 4), eventOf('loans', 2, 3));
    await waitFor(() => of(2).length >= 3);
    expect([of(1), of(2)]).toEqual([['1.1'], ['2.1', '2.2', '2.3']]);
    // What was sent is removed a moment after it can be read.
    await waitFor(async () => (await outbox.depth()).entries === 3);
    expect(await outbox.depth()).toMatchObject({ parked: 1 });

    await run(sqlOf(database), 'UPDATE journal SET data = $1::json WHERE customer_id = 1 AND version = 2', [
      JSON.stringify(second.data),
    ]);
    await outbox.unpark();
    await waitFor(() => of(1).length >= 4);
    expect(of(1)).toEqual(versions(1, 4));
    await waitFor(async () => (await waiting()) === 0);
  });

  it('sends no entry of a customer after a refused one, even if parked entries are released at that moment', async () => {
    let refusals = 0;
    const over = spoiled(async (real, ...call) => {
      const [, messages] = call;
      const isRefused = ({ headers }: (typeof messages)[number]) =>
        String(headers.ce_subject) === '1' && String(headers.ce_sequence) === '1';
      if (messages.some(isRefused)) throw new MessageRefusedError('MESSAGE_TOO_LARGE');
      await real.send(...call);
    });
    const letGo: RelayOptions['outbox'] = {
      read: (entriesMax) => outbox.read(entriesMax),
      remove: (ids, holder) => outbox.remove(ids, holder),
      park: async (id, reason) => {
        refusals += 1;
        await outbox.park(id, reason);
        await outbox.unpark();
      },
    };
    await append(...eventsOf('loans', 1, 3), ...eventsOf('loans', 2, 2));
    startRelay(over, letGo);
    await waitFor(() => of(2).length >= 2 && refusals >= 3);
    expect(of(1)).toEqual([]);
  });

  it('runs in one process at a time, and is handed over at once when that one stops', async () => {
    const first = startRelay();
    await waitFor(() => first.holding);
    const second = startRelay();
    await append(eventOf('loans', 1, 1));
    await waitFor(() => received.length === 1);
    expect(second.holding).toBe(false);
    await first.stop();
    expect(first.holding).toBe(false);
    await append(eventOf('loans', 1, 2));
    await waitFor(() => second.holding && received.length >= 2);
    expect(received).toEqual(['1.1', '1.2']);
  });

  it('removes nothing once another process has its lease, and resends the entries once it has the lease again', async () => {
    const removals: number[] = [];
    const noting: RelayOptions['outbox'] = {
      read: (entriesMax) => outbox.read(entriesMax),
      park: (id, reason) => outbox.park(id, reason),
      remove: async (ids, holder) => {
        await outbox.remove(ids, holder);
        removals.push(await waiting());
      },
    };
    let sends = 0;
    const over = spoiled(async (real, ...call) => {
      await real.send(...call);
      sends += 1;
      if (sends === 1) await steal();
    });
    await append(...eventsOf('loans', 1, 2));
    startRelay(over, noting);
    await waitFor(() => removals.length > 0);
    // It may send more than once before it finds the lease gone.
    expect(new Set(removals)).toEqual(new Set([2]));
    await giveUp();
    await waitFor(async () => (await waiting()) === 0 && received.length >= 4);
    expect(of(1)).toEqual(versions(1, 2));
  });

  it('reads the number of partitions again each time that it has taken the lease', async () => {
    const used: (number | undefined)[] = [];
    const over = spoiled(async (real, topic, messages, partitions) => {
      used.push(partitions);
      await real.send(topic, messages, partitions);
    });
    let partitions = 1;
    const relay = startRelay(over, outbox, async () => partitions);
    await append(eventOf('loans', 1, 1));
    await waitFor(() => received.length === 1);
    partitions = PARTITIONS;
    await append(eventOf('loans', 1, 2));
    await waitFor(async () => received.length === 2 && (await waiting()) === 0);
    await steal();
    await waitFor(() => !relay.holding);
    await giveUp();
    await append(eventOf('loans', 1, 3));
    await waitFor(() => received.length === 3);
    expect(used).toEqual([1, 1, PARTITIONS]);
  });

  it('recreates its deleted topic', async () => {
    const topic = `${topicPrefix}.loans`;
    startRelay(kafka, outbox, () => new Partitioning(database).ofSender(topic, kafka));
    await append(eventOf('loans', 1, 1));
    await waitFor(() => received.length === 1);
    await deleteTopics(topic);
    await append(eventOf('loans', 1, 2));
    await waitFor(() => received.includes('1.2'));
    expect(await kafka.ends(topic)).toHaveLength(PARTITIONS);
  });

  it('releases its lease when it stops, so that a successor need not wait', async () => {
    const relay = startRelay();
    await waitFor(() => relay.holding);
    await relay.stop();
    expect(await run(sqlOf(database), 'SELECT holder FROM relay_lease')).toEqual([]);
  });
});
