/**
 * What the protocol asks of its storage: to lock and load the accounts of a batch, and to write all that the batch
 * brought about, in one transaction. The protocol is kept apart from it, so that a simulation can run the code that
 * production runs.
 */
import type { StreamEvent } from '@mo/contracts';
import type { Account, Progress } from './account.ts';
import type { Command, CustomerRef, StoredAnswer } from './command.ts';
import type { Quarantined } from './quarantine.ts';

export { StoreBusyError, StoreConflictError, StoreRefusalError } from '@mo/service-kit';

/** What a batch is about. */
export interface BatchRequest<A extends Account> {
  readonly commands: readonly Command<A>[];
  readonly events: readonly StreamEvent[];
  readonly quarantined: readonly Quarantined[];
}

/** What was found, all of it read after the locks were had. */
export interface BatchState<A extends Account> {
  /**
   * The accounts that exist, and an unknown one for each customer that an event concerns, understood or not, and that can be
   * known here.
   */
  readonly accounts: ReadonlyMap<number, A>;
  /** Which of the claimed external_ids are taken. */
  readonly taken: ReadonlySet<string>;
  /** Answers that are kept, by the hex of the key's id. */
  readonly answers: ReadonlyMap<string, StoredAnswer>;
  /** One id a command, rising. */
  readonly ids: readonly number[];
}

export interface BatchChanges<A extends Account> {
  /**
   * The accounts that changed, before and after; before is null for a customer registered by the batch, and where they are
   * written for every one that has no row yet.
   */
  readonly accounts: readonly { readonly before: A | null; readonly after: A }[];
  /** The own events, in the order in which they were decided. */
  readonly written: readonly StreamEvent[];
  /** The followed events that took effect, in order. */
  readonly applied: readonly StreamEvent[];
  /** The events that could not be understood or take effect, and that were not applied by another way. */
  readonly quarantined: readonly Quarantined[];
  readonly answers: readonly StoredAnswer[];
  readonly nowMs: number;
}

export interface StoreTransaction<A extends Account> {
  open(request: BatchRequest<A>, nowMs: number): Promise<BatchState<A>>;
  /** Writes changes by the time that the transaction answers; nothing can be read after it. */
  save(changes: BatchChanges<A>): void;
}

/**
 * The longest wait of a transaction for a lock that another one holds, in ms: of a whole batch, longer than batches of
 * other processes take under overload; of a part of a batch that has waited in vain, behind which others wait; and of
 * an item that waits alone.
 */
export const LOCK_WAIT_MS_MAX = { batch: 500, part: 100, alone: 5_000 } as const;
export type LockWait = keyof typeof LOCK_WAIT_MS_MAX;

export interface Store<A extends Account> {
  /**
   * @param lockWait how long it may wait for a lock that another transaction holds; as a batch by default
   * @throws StoreBusyError where it has waited for a lock for too long; StoreConflictError, StoreRefusalError
   */
  transaction<T>(work: (transaction: StoreTransaction<A>) => Promise<T>, lockWait?: LockWait): Promise<T>;
  /** How far a customer's account has come, without a lock; null where it isn't known. */
  progress(customer: CustomerRef): Promise<Progress | null>;
  isKeyUsed(keyId: Buffer, nowMs: number): Promise<boolean>;
}
