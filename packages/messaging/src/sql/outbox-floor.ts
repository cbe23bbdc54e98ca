/**
 * The id up to which the outbox is empty for good.
 *
 * Entries that were removed stay in the table and its index until no snapshot can see them any more: for hours, where
 * somebody dumps the database. Whoever reads from the first id on passes all of them each time. But "above the last id"
 * would skip what is committed late. So: note the last id that was drawn, then take a transaction id. A transaction draws
 * ids only once it has a transaction id itself, to which whoever writes entries sees; so whoever drew an id up to the noted one has a
 * smaller transaction id. Once a snapshot says that all smaller ones are over, what it sees up to the noted id is all that
 * there will ever be, and the floor rises to below the first of that.
 *
 * A snapshot counts transactions that write; a dump, which only reads, holds nothing up.
 *
 * A floor is that of one server, from its start on: one that was a standby of it may lack the last ids, and give them again.
 */
import type { Clock } from '@mo/service-kit';

/** How often it is looked whether the floor can rise, while entries come. */
export const RISE_INTERVAL_MS = 1_000;
/** How often it is looked while none come, in case the database was set back. */
export const IDLE_INTERVAL_MS = 10_000;

/** What a look at the outbox finds, all of it as of one moment. */
export interface FloorLook {
  /** The server, as no other and none of its other starts is. */
  readonly server: string;
  /** The last id that was drawn. */
  readonly drawn: number;
  /** The id of a transaction that began after that. */
  readonly xid: string;
  /** Whether all transactions up to the one that was asked about are over. */
  readonly areOver: boolean;
  /** The first id above the floor that has an entry, parked or not; null where none has. */
  readonly first: number | null;
}

export class OutboxFloor {
  readonly #look: (upTo: string | null, floor: number) => Promise<FloorLook>;
  readonly #clock: Clock;
  #height = 0;
  #server = '';
  /** The last id that was drawn by a transaction whose own id is smaller than this one; null where nothing has moved. */
  #noted: { drawn: number; xid: string } | null = null;
  #hasMoved = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(look: (upTo: string | null, floor: number) => Promise<FloorLook>, clock: Clock) {
    this.#look = look;
    this.#clock = clock;
  }

  /** The server whose floor it is. */
  get server(): string {
    return this.#server;
  }

  /** As high as it is known to be. */
  get height(): number {
    return this.#height;
  }

  /** There were entries: it may rise soon. */
  moves(): void {
    this.#hasMoved = true;
  }

  /** Looks whether it can rise, if it is time to. */
  async rise(): Promise<number> {
    const nowMs = this.#clock.elapsed();
    const isIdle = this.#noted === null && !this.#hasMoved;
    if (nowMs - this.#lookedAtMs < (isIdle ? IDLE_INTERVAL_MS : RISE_INTERVAL_MS)) return this.#height;
    this.#lookedAtMs = nowMs;
    const { server, drawn, xid, areOver, first } = await this.#look(this.#noted?.xid ?? null, this.#height);
    if (server !== this.#server || drawn < this.#height) {
      // Or the database was set back: ids are drawn once more.
      this.#server = server;
      this.#height = 0;
      this.#noted = null;
    } else if (this.#noted !== null && areOver) {
      this.#height = first === null ? this.#noted.drawn : Math.min(this.#noted.drawn, first - 1);
      this.#noted = null;
    }
    if (this.#noted === null && this.#hasMoved) {
      this.#noted = { drawn, xid };
      this.#hasMoved = false;
    }
    return this.#height;
  }
}
