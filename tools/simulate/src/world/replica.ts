/**
 * One process of a service: the production write path, relay, follower, healer and pulls, composed as `createStreams`
 * does, on the simulated world.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import {
  type Account,
  appliedOf,
  type CustomerBehind,
  Follower,
  Healer,
  LEASE_MS,
  progressOf,
  Relay,
  type RelayOptions,
  RemotePeers,
  WritePath,
} from '@mo/messaging';
import type { Logger } from '@mo/service-kit';
import type { Process } from '../engine/process.ts';
import { Random } from '../engine/random.ts';
import type { Broker } from './broker.ts';
import { PARTITIONS } from './broker.ts';
import type { Database, OutboxRow } from './database.ts';
import type { Figures } from './figures.ts';
import { servePeers, type Want } from './peer-routes.ts';
import { type CommitFault, SimulatedStore } from './store.ts';

const TOPIC_PREFIX = 'mo';
/** With few clients, batches rarely overlap: in some seeds a low weight is enough to start one next to another. */
const LITTLE_BESIDE = { weightMin: 2, inFlightMax: 2 };
const LITTLE_BESIDE_EVERY_SEEDS = 4;

/** What the world provides to a process. */
export interface Surroundings<A extends Account> {
  process: Process;
  database: Database<A>;
  broker: Broker;
  seed: number;
  statementUsMax: number;
  figures: Figures;
  logger: Logger;
  commitFault: () => CommitFault;
  isInTheWay: () => boolean;
  crash: () => void;
  /** Calls the replicas of a peer one after the other. */
  callPeer: <T>(peer: Stream, path: string, random: Random, read: (answer: unknown) => T, body: unknown) => Promise<T>;
  /** The probability that a pulled page contains an unreadable event. */
  garbleChance: () => number;
  /** Called for each pull that is sent; returns a callback for its answer. */
  onPull: (stream: Stream, wants: readonly Want[]) => () => void;
  /** Called when a peer did not apply a version in time. */
  onUnsettled: (stream: Stream, customerId: number, version: number) => void;
  onRemoved: (stream: Stream, event: StreamEvent) => void;
}

export class Replica<A extends Account = Account> {
  readonly process: Process;
  readonly stream: Stream;
  readonly database: Database<A>;
  readonly writePath: WritePath<A>;
  readonly random: Random;
  readonly #relay: Relay;
  readonly #follower: Follower;
  readonly #healer: Healer;
  readonly #servePeers: (path: string, body: unknown) => Promise<unknown>;

  constructor(surroundings: Surroundings<A>) {
    const { process, database, broker, figures, logger, seed, callPeer } = surroundings;
    const { model } = database;
    const { clock } = process;
    const random = new Random(seed, process.name);
    this.random = random;
    this.process = process;
    this.database = database;
    this.stream = model.stream;
    process.onDeath.push(() => database.disconnect(process));
    const remote = new RemotePeers(async (peer, path, read, body) => {
      const received = path.endsWith('/pull') ? surroundings.onPull(peer, (body as { wants: Want[] }).wants) : null;
      const answer = await callPeer(peer, path, random, read, body);
      received?.();
      return answer;
    });
    const store = new SimulatedStore({
      process,
      database,
      random,
      statementUsMax: surroundings.statementUsMax,
      commitFault: surroundings.commitFault,
      isInTheWay: surroundings.isInTheWay,
      crash: surroundings.crash,
      figures,
    });
    const kafka = broker.portOf(process);
    this.#relay = new Relay({
      stream: model.stream,
      topicPrefix: TOPIC_PREFIX,
      outbox: outboxOf(surroundings, random),
      lease: leaseOf(surroundings, random),
      kafka,
      partitions: async () => PARTITIONS,
      clock,
      logger,
    });
    this.writePath = new WritePath({
      model,
      store,
      peers: {
        pull: (stream, customer, after) => remote.pull(stream, customer, after),
        settle: async (peer, customerId, stream, version) => {
          const done = await remote.settle(peer, customerId, stream, version);
          if (!done) surroundings.onUnsettled(stream, customerId, version);
          return done;
        },
      },
      clock,
      observer: {
        batch: (items) => {
          if (items > 1) figures.batchesOfMany += 1;
        },
        pull: (_stream, reason) => {
          figures[PULL_FIGURES[reason]] += 1;
        },
        unconfirmed: () => {
          figures.unconfirmed += 1;
        },
        behind: (progress) => this.#healer.heal(progress),
        faulty: ({ error }) => logger.error({ err: error }, 'an event cannot take effect'),
        quarantined: () => {},
      },
      ...(seed % LITTLE_BESIDE_EVERY_SEEDS === 0 && { beside: LITTLE_BESIDE }),
    });
    this.writePath.onWritten(() => this.#relay.wake());
    this.#healer = new Healer({
      follows: model.follows,
      progress: progressTableOf(surroundings, random),
      peers: remote,
      clock,
      logger,
      catchUp: (customerId, stream, version, reason) => this.writePath.catchUp(customerId, stream, version, reason),
      isLeader: () => this.#relay.holding,
    });
    this.#follower = new Follower({
      own: model.stream,
      follows: model.follows,
      topicPrefix: TOPIC_PREFIX,
      partitions: PARTITIONS,
      kafka,
      clock,
      logger,
      follow: (events) => this.writePath.follow(events),
      onEvent: (_stream, what) => {
        if (what === 'gap') figures.gaps += 1;
        else if (what === 'early') figures.early += 1;
        else if (what === 'duplicate') figures.skipped += 1;
        else if (what === 'quarantined') figures.quarantined += 1;
      },
      quarantine: (items) => this.writePath.quarantine(items),
      // Letters are never put back or dismissed here: the owner's journal holds the events that they could not convey.
      settle: () => Promise.resolve(),
    });
    this.#servePeers = servePeers(this, random, () => {
      const isGarbled = random.chance(surroundings.garbleChance());
      if (isGarbled) figures.garbledPulls += 1;
      return isGarbled;
    });
  }

  start(): void {
    this.#relay.start();
    this.#follower.start();
    this.#healer.start();
  }

  /** An orderly stop, in the order of production. */
  async stop(): Promise<void> {
    await this.#follower.stop();
    await this.#healer.stop();
    await this.writePath.drained();
    await this.#relay.stop();
  }

  /** Answers a request of another service. */
  serve(path: string, body: unknown): Promise<unknown> {
    return this.#servePeers(path, body);
  }
}

const PULL_FIGURES = {
  confirm: 'pullsToConfirm',
  token: 'pullsForTokens',
  behind: 'pullsToHeal',
  settle: 'pullsToSettle',
  sweep: 'pullsBySweep',
} as const;

function outboxOf<A extends Account>({ process, database, figures, onRemoved }: Surroundings<A>, random: Random) {
  const ask = <T>(work: () => T): Promise<T> =>
    process.ask(random.between(60, 600), 0, () => {
      database.mustBeUp();
      return work();
    });
  return {
    read: (entriesMax: number) =>
      ask(() => {
        if (database.outbox.length === 0) return [];
        const parked = new Set(database.outbox.filter((row) => row.parked).map((row) => row.event.customer_id));
        return database.outbox
          .filter(({ event }) => !parked.has(event.customer_id))
          .slice(0, entriesMax)
          .map(entryOf);
      }),
    remove: (ids: readonly string[], holder: string) =>
      ask(() => {
        if (database.lease?.holder !== holder) return;
        const gone = new Set(ids.map(Number));
        for (const { id, event } of database.outbox) if (gone.has(id)) onRemoved(database.stream, event);
        database.outbox = database.outbox.filter(({ id }) => !gone.has(id));
      }),
    park: (id: string) =>
      ask(() => {
        const row = database.outbox.find((candidate) => candidate.id === Number(id));
        if (row === undefined) return;
        row.parked = true;
        figures.parked += 1;
      }),
  };
}

function entryOf({ id, event }: OutboxRow) {
  return {
    id: String(id),
    customer_id: String(event.customer_id),
    version: String(event.version),
    type: event.type,
    data: JSON.stringify(event.data),
    seen: JSON.stringify(event.seen),
    time: event.time,
    traceparent: event.traceparent,
  };
}

/** The database's clock alone decides who holds the lease. */
function leaseOf<A extends Account>(
  { process, database, figures }: Surroundings<A>,
  random: Random,
): RelayOptions['lease'] {
  const holder = process.name;
  return {
    holder,
    hold: () =>
      process.ask(random.between(60, 600), 0, () => {
        database.mustBeUp();
        const { nowUs } = process.scheduler;
        const { lease } = database;
        if (lease !== null && lease.holder !== holder && lease.untilUs >= nowUs) return null;
        if (lease !== null && lease.holder !== holder) figures.leaseTakeovers += 1;
        database.lease = { holder, untilUs: nowUs + LEASE_MS * 1000 };
        return lease?.holder === holder ? 'renewed' : 'taken';
      }),
    release: () =>
      process.ask(random.between(60, 600), 0, () => {
        if (database.lease?.holder === holder) database.lease = null;
      }),
  };
}

function progressTableOf<A extends Account>({ process, database }: Surroundings<A>, random: Random) {
  const ask = (work: () => CustomerBehind[]): Promise<CustomerBehind[]> =>
    process.ask(random.between(60, 600), 0, () => {
      database.mustBeUp();
      return work();
    });
  return {
    behind: (after: number, customersMax: number) =>
      ask(() =>
        [...database.rows.accounts.values()]
          .filter(({ customerId, behind }) => customerId > after && Object.keys(behind).length > 0)
          .sort((a, b) => a.customerId - b.customerId)
          .slice(0, customersMax)
          .flatMap(({ customerId, behind }) =>
            (Object.entries(behind) as [Stream, number][]).map(([stream, version]) => ({
              customerId,
              stream,
              version,
            })),
          ),
      ),
    notApplied: (stream: Stream, heads: readonly (readonly [number, number])[]) =>
      ask(() =>
        heads
          .filter(([id, head]) => {
            const account = database.rows.accounts.get(id);
            return (account === undefined ? 0 : appliedOf(progressOf(account), stream)) < head;
          })
          .map(([customerId, version]) => ({ customerId, stream, version })),
      ),
  };
}
