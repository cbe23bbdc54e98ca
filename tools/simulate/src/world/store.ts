/** The store of one process: runs transactions statement by statement, each with a round trip to the database. */
import type {
  Account,
  BatchChanges,
  BatchState,
  CustomerRef,
  LockWait,
  Progress,
  Store,
  StoreTransaction,
} from '@mo/messaging';
import { LOCK_WAIT_MS_MAX, progressOf } from '@mo/messaging';
import { StoreConflictError } from '@mo/service-kit';
import type { Process } from '../engine/process.ts';
import type { Random } from '../engine/random.ts';
import { type Database, Outage, type Transaction } from './database.ts';
import { STATEMENT_US_MAX } from './faults.ts';
import type { Figures } from './figures.ts';

/** The fault of a commit: the process crashes before or after it, or only its answer is lost. */
export type CommitFault = 'none' | 'crash-before' | 'crash-after' | 'answer-lost';

export interface StoreOptions<A extends Account> {
  process: Process;
  database: Database<A>;
  random: Random;
  /** The longest duration of a statement, in µs. */
  statementUsMax: number;
  commitFault: () => CommitFault;
  /** Whether the database aborts a transaction in favour of another. */
  isInTheWay: () => boolean;
  crash: () => void;
  figures: Figures;
}

export class SimulatedStore<A extends Account> implements Store<A> {
  readonly #options: StoreOptions<A>;

  constructor(options: StoreOptions<A>) {
    this.#options = options;
  }

  async transaction<T>(
    work: (transaction: StoreTransaction<A>) => Promise<T>,
    lockWait: LockWait = 'batch',
  ): Promise<T> {
    const { process, database, figures } = this.#options;
    if (lockWait === 'alone') figures.patientTransactions += 1;
    const transaction = database.begin(process, LOCK_WAIT_MS_MAX[lockWait] * 1_000);
    const saved: BatchChanges<A>[] = [];
    try {
      const result = await work({
        open: (request, nowMs) =>
          this.#statement<BatchState<A>>((done, failed) => database.lock(transaction, request, nowMs, done, failed)),
        save: (changes) => void saved.push(changes),
      });
      for (const changes of saved)
        await this.#statement<void>((done, failed) => database.write(transaction, changes, done, failed));
      await this.#commit(transaction);
      return result;
    } catch (error) {
      if (!transaction.ended) database.rollback(transaction);
      throw error;
    }
  }

  progress(customer: CustomerRef): Promise<Progress | null> {
    const { database } = this.#options;
    return this.#options.process.ask(this.#delayUs(), 0, () => {
      database.mustBeUp();
      const id = database.rows.idOf(customer);
      const account = id === undefined ? undefined : database.rows.accounts.get(id);
      return account === undefined ? null : progressOf(account);
    });
  }

  isKeyUsed(keyId: Buffer, nowMs: number): Promise<boolean> {
    const key = keyId.toString('hex');
    return this.#options.process.ask(
      this.#delayUs(),
      0,
      () => this.#options.database.answerOf(key, nowMs) !== undefined,
    );
  }

  #delayUs(): number {
    return this.#options.random.delayUs(STATEMENT_US_MAX, this.#options.statementUsMax);
  }

  #statement<T>(run: (done: (result: T) => void, failed: (error: Error) => void) => void): Promise<T> {
    const { process, figures, isInTheWay } = this.#options;
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      const failed = (error: Error): void => {
        if (error instanceof StoreConflictError) figures.conflicts += 1;
        process.tell(0, () => reject(error));
      };
      process.scheduler.after(this.#delayUs(), null, () => {
        if (!process.alive) return;
        try {
          if (isInTheWay()) throw new StoreConflictError('deadlock detected');
          run((result) => process.tell(0, () => resolve(result)), failed);
        } catch (error) {
          failed(error as Error);
        }
      });
    });
  }

  #commit(transaction: Transaction<A>): Promise<void> {
    const { process, database, commitFault, crash, figures } = this.#options;
    if (transaction.changes === null) {
      database.rollback(transaction);
      return Promise.resolve();
    }
    const fault = commitFault();
    return process.ask(this.#delayUs(), this.#delayUs(), () => {
      if (fault === 'crash-before') crash();
      if (!process.alive) return;
      database.commit(transaction);
      if (fault === 'crash-after') crash();
      if (fault === 'answer-lost') figures.lostCommits += 1;
      if (fault === 'answer-lost') throw new Outage('the connection was lost while a commit was under way');
    });
  }
}
