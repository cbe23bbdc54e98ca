/**
 * A service's database: only the PostgreSQL semantics that the protocol relies on. Rows are locked in order of id, and
 * read after that. A transaction's writes become visible to others at one instant, its commit. A later writer of a
 * unique key waits for the earlier writer's end. When a process dies, its transactions are rolled back.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import {
  type Account,
  type BatchChanges,
  type BatchRequest,
  type BatchState,
  KEY_LIFETIME_MS,
  type StoredAnswer,
  type StreamModel,
} from '@mo/messaging';
import { StoreConflictError } from '@mo/service-kit';
import type { Process } from '../engine/process.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { type Holder, Locks } from './locks.ts';
import type { Rows } from './rows.ts';

/** The database is unreachable, perhaps temporarily. */
export class Outage extends Error {
  override readonly name = 'Outage';
}

export interface OutboxRow {
  readonly id: number;
  readonly event: StreamEvent;
  parked: boolean;
}

/** An open transaction. */
export interface Transaction<A extends Account> extends Holder {
  readonly process: Process;
  lockedMs: number;
  /** Customers whose account the transaction may create. */
  unknown: ReadonlySet<number>;
  changes: BatchChanges<A> | null;
  outbox: OutboxRow[];
  ended: boolean;
}

/** @param lockedMs when the locks were acquired, by the process's clock */
export type OnCommit = (process: Process, changes: BatchChanges<Account>, lockedMs: number) => void;

export class Database<A extends Account = Account> {
  readonly stream: Stream;
  readonly model: StreamModel<A>;
  readonly rows: Rows<A>;
  readonly locks: Locks;
  readonly journal = new Map<number, StreamEvent[]>();
  readonly taken = new Set<string>();
  readonly #answers = new Map<string, { readonly stored: StoredAnswer; readonly createdMs: number }>();
  readonly #open = new Set<Transaction<A>>();
  readonly #onCommit: OnCommit;
  outbox: OutboxRow[] = [];
  lease: { holder: string; untilUs: number } | null = null;
  down = false;
  #lastId = 0;
  #lastOutboxId = 0;

  constructor(
    scheduler: Scheduler,
    model: StreamModel<A>,
    rows: Rows<A>,
    { onCommit, onCircle }: { onCommit: OnCommit; onCircle: (key: string) => void },
  ) {
    this.stream = model.stream;
    this.model = model;
    this.rows = rows;
    this.locks = new Locks(scheduler, onCircle);
    this.#onCommit = onCommit;
  }

  /** @param lockWaitUsMax how long it waits for a lock */
  begin(process: Process, lockWaitUsMax: number): Transaction<A> {
    const transaction: Transaction<A> = {
      process,
      lockWaitUsMax,
      held: new Set(),
      waitsFor: null,
      lockedMs: 0,
      unknown: new Set(),
      changes: null,
      outbox: [],
      ended: false,
    };
    this.#open.add(transaction);
    return transaction;
  }

  /** Locks the rows of a batch, then reads them. */
  lock(
    transaction: Transaction<A>,
    request: BatchRequest<A>,
    nowMs: number,
    done: (state: BatchState<A>) => void,
    failed: (error: Error) => void,
  ): void {
    this.#mustBeOpen(transaction);
    const waitingIds = request.quarantined.flatMap(({ customerId }) => customerId ?? []);
    const eventIds = [...new Set([...request.events.map((event) => event.customer_id), ...waitingIds])];
    const named = request.commands.flatMap(({ customer }) => this.#idsOf(customer));
    const existing = sorted(new Set([...eventIds, ...named].filter((id) => this.rows.accounts.has(id))));
    if (this.rows.makesAccounts) transaction.unknown = new Set(eventIds).difference(new Set(existing));
    const read = (): void => {
      transaction.lockedMs = transaction.process.clock.now();
      done(this.#read(request, existing, transaction.unknown, nowMs));
    };
    this.locks.takeAll(transaction, existing.map(rowKey), read, failed);
  }

  /** Writes the changes of a batch, which become visible to others at the commit. */
  write(transaction: Transaction<A>, changes: BatchChanges<A>, done: () => void, failed: (error: Error) => void): void {
    this.#mustBeOpen(transaction);
    const keys = changes.answers.map(({ key }) => key.id.toString('hex')).sort();
    const made = sorted(
      new Set(changes.accounts.map(({ after }) => after.customerId)).intersection(transaction.unknown),
    );
    const claims = [...this.rows.claims(changes)].sort();
    // An existing row fails at once, even if another transaction has locked it; an uncommitted insert is waited for.
    const isThere = (key: string) => made.some((id) => rowKey(id) === key && this.rows.accounts.has(id));
    const refusal = (key: string) => (isThere(key) ? new StoreConflictError('an account was made meanwhile') : null);
    const write = (): void => {
      if (keys.some((key) => this.answerOf(key, changes.nowMs) !== undefined))
        failed(new StoreConflictError('an Idempotency-Key was taken meanwhile'));
      else if (new Set(claims).size < claims.length || claims.some((name) => this.taken.has(name)))
        failed(new StoreConflictError('an external_id was taken meanwhile'));
      else {
        transaction.changes = changes;
        transaction.outbox = changes.written.map((event) => ({ id: ++this.#lastOutboxId, event, parked: false }));
        done();
      }
    };
    this.locks.takeAll(
      transaction,
      [...keys.map((key) => `k${key}`), ...made.map(rowKey), ...claims.map((name) => `x${name}`)],
      write,
      failed,
      refusal,
    );
  }

  /** Makes all changes of a transaction visible at this instant. */
  commit(transaction: Transaction<A>): void {
    this.#mustBeOpen(transaction);
    const { changes } = transaction;
    if (changes !== null) this.#apply(transaction, changes);
    this.rollback(transaction);
    if (changes !== null) this.#onCommit(transaction.process, changes, transaction.lockedMs);
  }

  rollback(transaction: Transaction<A>): void {
    transaction.ended = true;
    this.#open.delete(transaction);
    this.locks.releaseAll(transaction);
  }

  /** Ends the transactions of a process whose connections are gone. */
  disconnect(process: Process): void {
    for (const transaction of this.#open) {
      if (transaction.process !== process) continue;
      const wait = transaction.waitsFor;
      this.rollback(transaction);
      wait?.failed(new Outage('the transaction was ended by the server'));
    }
  }

  answerOf(key: string, nowMs: number): StoredAnswer | undefined {
    const kept = this.#answers.get(key);
    return kept !== undefined && kept.createdMs > nowMs - KEY_LIFETIME_MS ? kept.stored : undefined;
  }

  /** @throws Outage */
  mustBeUp(): void {
    if (this.down) throw new Outage(`the database of ${this.stream} cannot be reached`);
  }

  #mustBeOpen(transaction: Transaction<A>): void {
    this.mustBeUp();
    if (transaction.ended) throw new Outage('the transaction was ended by the server');
  }

  #idsOf({ customerId, externalId }: { customerId?: number | undefined; externalId?: string | undefined }): number[] {
    const byName = externalId === undefined ? undefined : this.rows.idOf({ externalId });
    return [customerId, byName].filter((id) => id !== undefined);
  }

  #read(
    request: BatchRequest<A>,
    existing: readonly number[],
    unknown: ReadonlySet<number>,
    nowMs: number,
  ): BatchState<A> {
    const accounts = new Map<number, A>();
    for (const id of existing) accounts.set(id, this.rows.complete(this.rows.accounts.get(id) as A, request));
    for (const id of unknown) accounts.set(id, this.model.unknown(id));
    const answers = new Map<string, StoredAnswer>();
    const taken = new Set<string>();
    for (const { key, claims } of request.commands) {
      const id = key?.id.toString('hex');
      const stored = id === undefined ? undefined : this.answerOf(id, nowMs);
      if (id !== undefined && stored !== undefined) answers.set(id, stored);
      if (claims !== null && this.taken.has(claims)) taken.add(claims);
    }
    return { accounts, answers, taken, ids: request.commands.map(() => ++this.#lastId) };
  }

  #apply({ outbox }: Transaction<A>, changes: BatchChanges<A>): void {
    for (const name of this.rows.claims(changes)) this.taken.add(name);
    this.rows.save(changes);
    for (const stored of changes.answers)
      this.#answers.set(stored.key.id.toString('hex'), { stored, createdMs: changes.nowMs });
    for (const event of changes.written) {
      const events = this.journal.get(event.customer_id);
      if (events === undefined) this.journal.set(event.customer_id, [event]);
      else events.push(event);
    }
    if (outbox.length > 0) this.outbox = [...this.outbox, ...outbox].sort((row, other) => row.id - other.id);
  }
}

const rowKey = (id: number): string => `r${id}`;
const sorted = (ids: Set<number>): number[] => [...ids].sort((a, b) => a - b);
