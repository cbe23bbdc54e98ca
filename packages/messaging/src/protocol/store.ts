/**
 * The protocol's storage interface: lock and load the accounts of a batch, and write all changes of the batch, in one
 * transaction. The protocol doesn't depend on an implementation, so that a simulation can run the production code.
 */
import type { StreamEvent } from '@mo/contracts';
import type { Account, Progress } from './account.ts';
import type { Command, CustomerRef, StoredAnswer } from './command.ts';
import type { Quarantined } from './quarantine.ts';

/** The contents of a batch. */
export interface BatchRequest<A extends Account> {
  readonly commands: readonly Command<A>[];
  readonly events: readonly StreamEvent[];
  readonly quarantined: readonly Quarantined[];
}

/** The loaded state, all of it read after the locks were acquired. */
export interface BatchState<A extends Account> {
  /**
   * The existing accounts, and an initial account for each customer that an event concerns (parsed or not), if the
   * service may learn of customers through events.
   */
  readonly accounts: ReadonlyMap<number, A>;
  /** Which of the claimed external_ids are taken. */
  readonly taken: ReadonlySet<string>;
  /** The stored answers, by the hex of the key's id. */
  readonly answers: ReadonlyMap<string, StoredAnswer>;
  /** One id per command, rising. */
  readonly ids: readonly number[];
}

export interface BatchChanges<A extends Account> {
  /**
   * The accounts that changed, before and after. `before` is null for a customer registered by the batch; when the
   * tables are written, it is null for every account that has no row yet.
   */
  readonly accounts: readonly { readonly before: A | null; readonly after: A }[];
  /** The own events, in the order in which they were decided. */
  readonly written: readonly StreamEvent[];
  /** The followed events that took effect, in order. */
  readonly applied: readonly StreamEvent[];
  /** The events that could not be parsed or take effect, and that were not applied another way. */
  readonly quarantined: readonly Quarantined[];
  readonly answers: readonly StoredAnswer[];
  readonly nowMs: number;
}

export interface StoreTransaction<A extends Account> {
  open(request: BatchRequest<A>, nowMs: number): Promise<BatchState<A>>;
  /** Writes changes before the transaction resolves; nothing can be read after this call. */
  save(changes: BatchChanges<A>): void;
}

/**
 * The longest wait of a transaction for a lock that another transaction holds, in ms. `batch`: a whole batch; longer
 * than batches of other processes take under overload. `part`: part of a batch that has waited in vain, while other
 * items queue behind it. `alone`: an item in a queue of its own.
 */
export const LOCK_WAIT_MS_MAX = { batch: 500, part: 100, alone: 5_000 } as const;
export type LockWait = keyof typeof LOCK_WAIT_MS_MAX;

export interface Store<A extends Account> {
  /**
   * @param lockWait how long it may wait for a lock that another transaction holds; defaults to `batch`
   * @throws StoreBusyError after a lock timeout; StoreConflictError, StoreRefusalError
   */
  transaction<T>(work: (transaction: StoreTransaction<A>) => Promise<T>, lockWait?: LockWait): Promise<T>;
  /** The progress of a customer's account, read without a lock; null if the account isn't known. */
  progress(customer: CustomerRef): Promise<Progress | null>;
  isKeyUsed(keyId: Buffer, nowMs: number): Promise<boolean>;
}
