/**
 * The floor: the id up to which the outbox is permanently empty.
 *
 * Problem: removed entries stay in the table and its index until no snapshot can see them any more, which takes hours
 * while a database dump runs. A scan from the first id passes all of these dead entries each time. A scan from the last
 * id read would skip entries that are committed late.
 *
 * Solution: note the last id drawn from the sequence, then take a transaction id. A transaction that writes entries
 * gets its transaction id before it draws entry ids (see `journal.ts`). So every transaction that drew an id up to the
 * noted one has a smaller transaction id. Once a snapshot shows that all smaller transactions have ended, no further
 * entries can appear up to the noted id, and the floor rises to just below the first entry that the snapshot contains.
 *
 * Only transactions that write hold the floor back; a dump, which only reads, does not.
 *
 * A floor is valid for one server, since its start: after a failover, a former standby may lack the last ids and draw
 * them again.
 */
import type { Clock } from '@mo/service-kit';

/** The interval of checks whether the floor can rise, while entries arrive. */
export const RISE_INTERVAL_MS = 1_000;
/** The interval of checks while no entries arrive, in case the database was restored to an earlier state. */
export const IDLE_INTERVAL_MS = 10_000;

/** The state of the outbox, all of it from one snapshot. */
export interface FloorLook {
  /** Identifies the server and its current start. */
  readonly server: string;
  /** The last id that was drawn. */
  readonly drawn: number;
  /** The id of a transaction that began after that. */
  readonly xid: string;
  /** Whether all transactions up to the requested one have ended. */
  readonly areOver: boolean;
  /** The id of the first entry above the floor, parked or not; null if there is none. */
  readonly first: number | null;
}

export class OutboxFloor {
  readonly #look: (upTo: string | null, floor: number) => Promise<FloorLook>;
  readonly #clock: Clock;
  #height = 0;
  #server = '';
  /** The last id drawn, and a transaction id greater than that of its transaction; null if no check is pending. */
  #noted: { drawn: number; xid: string } | null = null;
  #hasMoved = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(look: (upTo: string | null, floor: number) => Promise<FloorLook>, clock: Clock) {
    this.#look = look;
    this.#clock = clock;
  }

  /** The server for which the floor is valid. */
  get server(): string {
    return this.#server;
  }

  /** The floor as last determined. */
  get height(): number {
    return this.#height;
  }

  /** Call when entries were found: the floor may rise soon. */
  moves(): void {
    this.#hasMoved = true;
  }

  /** Raises the floor if possible, at most once per interval; returns its height. */
  async rise(): Promise<number> {
    const nowMs = this.#clock.elapsed();
    const isIdle = this.#noted === null && !this.#hasMoved;
    if (nowMs - this.#lookedAtMs < (isIdle ? IDLE_INTERVAL_MS : RISE_INTERVAL_MS)) return this.#height;
    this.#lookedAtMs = nowMs;
    const { server, drawn, xid, areOver, first } = await this.#look(this.#noted?.xid ?? null, this.#height);
    if (server !== this.#server || drawn < this.#height) {
      // A different server, or a database restored to an earlier state, may draw the same ids again.
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
