/** Storage and peers in memory, behind the ports that the protocol has for them. */
import type { Stream, StreamEvent } from '@mo/contracts';
import { StoreConflictError, unavailable } from '@mo/service-kit';
import {
  type BatchChanges,
  type BatchRequest,
  type CustomerRef,
  type LockWait,
  type Peers,
  type Progress,
  type Pulled,
  progressOf,
  type Store,
  type StoredAnswer,
  type StoreTransaction,
} from '../src/index.ts';
import { type Ledger, ledgerOf } from './ledger.ts';

const hex = (id: Buffer): string => id.toString('hex');

export class MemoryStore implements Store<Ledger> {
  readonly accounts = new Map<number, Ledger>();
  readonly journal: StreamEvent[] = [];
  readonly answers = new Map<string, StoredAnswer>();
  /** What each transaction was about, committed or not. */
  readonly transactions: BatchRequest<Ledger>[] = [];
  /** Says what a transaction fails with when it commits; null lets it commit. */
  failure: (request: BatchRequest<Ledger>, lockWait: LockWait) => Error | null = () => null;
  /** Transactions begin once this has resolved. */
  gate: Promise<void> = Promise.resolve();
  /** Patient ones once this has, too. */
  patientGate: Promise<void> = Promise.resolve();
  /** Runs before each patient transaction. */
  onPatient: () => void = () => {};
  #lastId = 0;

  put(...accounts: Ledger[]): void {
    for (const account of accounts) this.accounts.set(account.customerId, account);
  }

  async transaction<T>(
    work: (transaction: StoreTransaction<Ledger>) => Promise<T>,
    lockWait: LockWait = 'batch',
  ): Promise<T> {
    await this.gate;
    if (lockWait === 'alone') {
      this.onPatient();
      await this.patientGate;
    }
    let request: BatchRequest<Ledger> = { commands: [], events: [], quarantined: [] };
    let changes: BatchChanges<Ledger> | null = null;
    const result = await work({
      open: async (opened) => {
        request = opened;
        this.transactions.push(opened);
        return this.#open(opened);
      },
      save: (saved) => {
        changes = saved;
      },
    });
    const failure = this.failure(request, lockWait);
    if (failure !== null) throw failure;
    if (changes !== null) this.#save(changes);
    return result;
  }

  async progress(customer: CustomerRef): Promise<Progress | null> {
    const account = this.#find(customer);
    return account === undefined ? null : progressOf(account);
  }

  async isKeyUsed(keyId: Buffer): Promise<boolean> {
    return this.answers.has(hex(keyId));
  }

  #open({ commands, events, quarantined }: BatchRequest<Ledger>) {
    const named = commands.flatMap(({ customer }) => this.#find(customer) ?? []);
    const ids = [...events.map((event) => event.customer_id), ...quarantined.flatMap((item) => item.customerId ?? [])];
    const concerned = ids.map((id) => this.accounts.get(id) ?? ledgerOf(id));
    return {
      accounts: new Map([...named, ...concerned].map((account) => [account.customerId, account])),
      taken: new Set<string>(),
      answers: this.answers,
      ids: commands.map(() => (this.#lastId += 1)),
    };
  }

  #save({ accounts, written, answers }: BatchChanges<Ledger>): void {
    this.put(...accounts.map(({ after }) => after));
    this.journal.push(...written);
    for (const answer of answers) this.answers.set(hex(answer.key.id), answer);
  }

  #find({ customerId, externalId }: CustomerRef): Ledger | undefined {
    if (customerId !== undefined) return this.accounts.get(customerId);
    return [...this.accounts.values()].find((account) => account.externalId === externalId && externalId !== undefined);
  }
}

/** A conflict with another transaction, as the store reports it. */
export const conflict = (): Error => new StoreConflictError('deadlock detected');

export class MemoryPeers implements Peers {
  /** Each pull, as `stream customer after version`, and each settlement, in the order in which they came. */
  readonly calls: string[] = [];
  reachable = true;
  settles = true;
  /** An event that can't be understood: a page ends before it. */
  unreadable: Pulled['quarantined'];
  /** How many events a page holds. */
  pageMax = 500;
  /** Runs before a pull is answered. */
  onPull: (stream: Stream) => void = () => {};
  readonly #events: StreamEvent[] = [];

  add(...events: readonly StreamEvent[]): void {
    this.#events.push(...events);
  }

  async pull(stream: Stream, { customerId, externalId }: CustomerRef, after: number): Promise<Pulled> {
    this.calls.push(`${stream} ${customerId ?? externalId} after ${after}`);
    if (!this.reachable) throw unavailable(`${stream} could not be reached`);
    this.onPull(stream);
    const events = this.#events.filter(
      (event) =>
        event.stream === stream &&
        (customerId === undefined ? event.data.customer_external_id === externalId : event.customer_id === customerId),
    );
    const page = events.filter((event) => event.version > after).slice(0, this.pageMax);
    const whole = { customerId: events[0]?.customer_id ?? null, head: events.length, events: page };
    const { unreadable } = this;
    if (unreadable?.stream !== stream || !page.some(({ version }) => version === unreadable.version)) return whole;
    return { ...whole, events: page.filter(({ version }) => version < unreadable.version), quarantined: unreadable };
  }

  async settle(peer: Stream, customerId: number, stream: Stream, version: number): Promise<boolean> {
    this.calls.push(`settle ${peer} ${customerId} ${stream} ${version}`);
    return this.settles;
  }
}
