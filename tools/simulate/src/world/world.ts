/**
 * A world: three services with two processes each, their databases, a broker and a network, all on one scheduler;
 * clients; faults; and the oracle. A seed defines one run of one world.
 */
import { STREAMS, type Stream } from '@mo/contracts';
import { type Account, MessageRefusedError, type StreamModel } from '@mo/messaging';
import { type Logger, ProblemError, StoreConflictError } from '@mo/service-kit';
import { Client } from '../clients/client.ts';
import { drawHabits, type Habits } from '../clients/operations.ts';
import type { Given, Sent } from '../clients/requests.ts';
import { History, type Keep } from '../engine/history.ts';
import { Process } from '../engine/process.ts';
import { Random } from '../engine/random.ts';
import { Scheduler } from '../engine/scheduler.ts';
import { AnswerCheck } from '../oracle/answers.ts';
import { BrokerCheck } from '../oracle/broker-check.ts';
import { type Attempt, Ledger } from '../oracle/commits.ts';
import { Confirmations } from '../oracle/confirmations.ts';
import type { Violation } from '../oracle/violation.ts';
import { Broker } from './broker.ts';
import { type Database, Outage } from './database.ts';
import { createDatabases } from './databases.ts';
import { type Faults, isMild, NO_FAULTS, planFaults } from './faults.ts';
import { type Figures, noFigures } from './figures.ts';
import { CallLost, Network } from './network.ts';
import { callPeer } from './peer-calls.ts';
import { Replica } from './replica.ts';
import type { CommitFault } from './store.ts';

const REPLICAS = 2;
/** The time span of strikes per operation: about how long the clients are busy. */
const MS_AN_OPERATION = 9;

export interface WorldOptions {
  seed: number;
  operations: number;
  keep?: Keep;
  /** The operations to run; all by default. */
  only?: readonly number[];
  faults?: Faults;
  tamper?: Tamper;
}

/** The faults of a world. */
export const faultsOf = ({ seed, operations, faults }: WorldOptions): Faults =>
  faults ?? planFaults(seed, operations * MS_AN_OPERATION);

/** Changes that a test plants to see them found. */
export interface Tamper {
  model?: <A extends Account>(model: StreamModel<A>) => StreamModel<A>;
  replica?: (replica: Replica) => void;
}

interface Slot {
  readonly stream: Stream;
  readonly place: number;
  replica: Replica;
  boots: number;
}

export class World {
  readonly seed: number;
  readonly options: WorldOptions;
  readonly scheduler = new Scheduler();
  readonly figures: Figures = noFigures();
  readonly history: History;
  readonly habits: Habits;
  readonly faults: Faults;
  readonly ledger: Ledger;
  readonly answers: AnswerCheck;
  readonly network: Network;
  readonly broker: Broker;
  readonly databases: Record<Stream, Database>;
  readonly slots: Slot[] = [];
  readonly clients: readonly Client[];
  readonly confirmations = new WeakMap<Replica, Confirmations>();
  readonly attempts = new Map<string, Attempt>();
  readonly crashAtCommit = new Map<number, number>();
  readonly random: Random;
  violation: Violation | null = null;
  isCalmedDown = false;
  readonly #logger: Logger;

  constructor(options: WorldOptions) {
    const { seed } = options;
    this.options = options;
    this.seed = seed;
    this.history = new History(options.keep ?? 'nothing');
    this.random = new Random(seed, 'world');
    this.habits = drawHabits(seed);
    this.faults = faultsOf(options);
    this.clients = Array.from({ length: this.habits.clients }, () => new Client(this));
    const faults = (): Faults => (this.isCalmedDown ? NO_FAULTS : this.faults);
    this.ledger = new Ledger({
      report: this.report,
      step: () => this.scheduler.steps,
      attempt: (name) => this.attempts.get(name) ?? { startStep: 0, operation: name, request: null },
    });
    this.answers = new AnswerCheck(this.report, this.ledger, isMild(this.faults));
    this.network = new Network(this.scheduler, faults, this.figures);
    const brokerCheck = new BrokerCheck(this.report, this.ledger);
    this.broker = new Broker({
      scheduler: this.scheduler,
      random: new Random(seed, 'broker'),
      faults,
      figures: this.figures,
      onSent: (process, topic) => this.#checkSender(process, topic),
      onKept: (topic, message) => brokerCheck.kept(topic, message),
      onCommitted: (group, messages) => brokerCheck.committed(group, messages),
      onGarbled: (message) => brokerCheck.garbled(message),
    });
    this.#logger = this.#createLogger();
    this.databases = createDatabases(this);
    for (const stream of STREAMS) {
      for (let place = 0; place < REPLICAS; place += 1) {
        const slot = { stream, place, boots: 0 } as Slot;
        this.slots.push(slot);
        this.boot(this.slots.length - 1, brokerCheck);
      }
    }
    this.#brokerCheck = brokerCheck;
  }

  readonly #brokerCheck: BrokerCheck;

  /** Records a violated rule: the first one is kept, and ends the seed. */
  readonly report = (rule: string, detail: string): void => {
    if (this.violation === null) this.history.note(() => `${this.time} !!! ${rule}: ${detail}`);
    this.violation ??= { rule, detail };
  };

  /** The virtual time since the start, as histories show it. */
  get time(): string {
    return `${(this.scheduler.nowUs / 1000).toFixed(3).padStart(9)}ms`;
  }

  wait(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.scheduler.after(durationMs * 1000, null, resolve));
  }

  replicasOf(stream: Stream): Replica[] {
    return this.slots.filter((slot) => slot.stream === stream).map((slot) => slot.replica);
  }

  /** Runs the clients; resolves once all of them have finished. */
  async runClients(): Promise<void> {
    const all = this.options.only ?? Array.from({ length: this.options.operations }, (_, number) => number);
    const { length } = this.clients;
    await Promise.all(
      this.clients.map((client, place) => client.run(all.filter((number) => number % length === place))),
    );
  }

  /** After the faults, nothing is lost, late or unavailable, and stored answers are repeated. */
  async runEpilogue(): Promise<void> {
    this.answers.isCalm = true;
    await Promise.all(this.clients.map((client) => client.repeat()));
    const [client] = this.clients;
    for (const { id } of this.ledger.customers.values()) await client?.lookAt(id);
  }

  /** Whether every process is up and accepts calls. */
  get isUp(): boolean {
    return this.slots.every(({ replica: { process } }) => process.alive && !process.frozen && process.listening);
  }

  boot(place: number, brokerCheck: BrokerCheck = this.#brokerCheck): void {
    const slot = this.slots[place] as Slot;
    slot.boots += 1;
    const name = `${slot.stream}-${slot.place}#${slot.boots}`;
    const skewMs = Math.round(this.random.between(-this.faults.skewMs, this.faults.skewMs));
    const process = new Process(name, this.scheduler, skewMs);
    const confirmations = new Confirmations(slot.stream, this.ledger, this.report);
    const replica: Replica = new Replica({
      process,
      database: this.databases[slot.stream],
      broker: this.broker,
      seed: this.seed,
      statementUsMax: this.faults.statementUsMax,
      figures: this.figures,
      logger: this.#logger,
      commitFault: () => this.#commitFault(place, replica.random),
      crash: () => this.crash(place, this.crashAtCommit.get(place) ?? 100, process),
      callPeer: (peer, path, random, read, body) => callPeer(this, replica, { peer, path, random, read, body }),
      garbleChance: () => (this.isCalmedDown ? 0 : this.faults.garbleChance),
      isInTheWay: () => !this.isCalmedDown && replica.random.chance(this.faults.conflictChance),
      onPull: (stream, wants) => {
        const received = confirmations.sent(stream, wants, this.scheduler.steps);
        return () => received(this.scheduler.steps);
      },
      onUnsettled: (stream, customerId, version) => {
        this.figures.unsettled += 1;
        if (stream === 'loans') this.ledger.loosen(customerId, version);
      },
      onRemoved: (stream, event) => brokerCheck.removed(stream, event),
    });
    this.options.tamper?.replica?.(replica);
    slot.replica = replica;
    this.confirmations.set(replica, confirmations);
    this.scheduler.after(0, process, () => replica.start());
  }

  /** Kills a process, and starts a successor. */
  crash(place: number, downMs: number, expected?: Process): void {
    const slot = this.slots[place] as Slot;
    const { process } = slot.replica;
    if (!process.alive || (expected !== undefined && process !== expected)) return;
    this.figures.crashes += 1;
    this.crashAtCommit.delete(place);
    this.history.note(() => `${this.time} *** ${process.name} dies`);
    process.die();
    this.scheduler.after(downMs * 1000, null, () => {
      if (!slot.replica.process.alive) this.boot(place);
    });
  }

  rebalanceAll(): void {
    for (const group of this.broker.groups.values()) group.rebalance();
  }

  /**
   * Records an answer of a service: the versions that it confirms count as confirmed from now on, even if it gets lost.
   */
  answeredBy(replica: Replica, attempt: string, { request }: Sent, { answer }: Given, arrivedStep: number): void {
    this.confirmations.get(replica)?.answered(request, answer, arrivedStep);
    const { token, status } = answer;
    const customer = token === null ? undefined : this.ledger.customers.get(token.customerId);
    if (token === null || customer === undefined || status >= 300) return;
    const step = this.scheduler.steps;
    const { customers } = token.versions;
    if (
      request.kind === 'patch' &&
      status === 200 &&
      this.ledger.applied('loans', 'customers', customer.id) < customers
    )
      this.report('a 200 is firm', `${attempt}: loans has not applied customers ${customers} of ${customer.id}`);
    if (request.kind === 'patch' && status === 200 && customers > customer.firmAt(step))
      customer.firm.push({ step, version: customers });
    const { operation } = this.attempts.get(attempt) ?? { operation: attempt };
    const effect = this.ledger.effects.get(operation);
    if (effect?.type !== 'LoanTaken') return;
    const isLoose = this.ledger.isLoose(customer.id, effect.version, arrivedStep);
    const isJump = customer.loans.get(effect.data.loan_id)?.jumped ?? false;
    if (isJump && !isLoose && this.ledger.applied('payments', 'loans', customer.id) < effect.version)
      this.report('a backdated loan is known before it is answered', `${attempt}: loans ${effect.version}`);
    if (isJump && !isLoose && effect.version > customer.settledAt(step))
      customer.settled.push({ step, version: effect.version });
  }

  /** Reports errors that no fault explains. */
  checkError(error: unknown, where: string): void {
    if (error instanceof Outage || error instanceof CallLost || error instanceof StoreConflictError) return;
    if (error instanceof MessageRefusedError) return;
    if (error instanceof ProblemError && error.code === 'unavailable') return;
    this.report('no internal errors', `${where}: ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** Without faults, only the holder of the lease relays. */
  #checkSender(process: Process, topic: string): void {
    const holder = this.databases[topic.split('.')[1] as Stream].lease?.holder;
    if (topic.endsWith('.dlq') || holder === process.name) return;
    this.figures.zombieSends += 1;
    if (isMild(this.faults))
      this.report('one relay per service', `${process.name} sends to ${topic}, which ${holder} relays`);
  }

  #commitFault(place: number, random: Random): CommitFault {
    if (this.crashAtCommit.has(place)) {
      this.figures.crashesAtCommit += 1;
      return random.chance(0.5) ? 'crash-before' : 'crash-after';
    }
    return !this.isCalmedDown && random.chance(this.faults.lostCommitChance) ? 'answer-lost' : 'none';
  }

  #createLogger(): Logger {
    const log = (entry: unknown, message: unknown): void => {
      const { err } = entry as { err?: unknown };
      if (err !== undefined) this.checkError(err, String(message));
    };
    const quiet = (): void => {};
    return { debug: log, info: quiet, warn: log, error: log } as unknown as Logger;
  }
}
