/** A bounded capacity: a number of calls, or the total bytes of many bodies. */
export class Room {
  readonly #max: number;
  taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.taken >= this.#max;
  }

  /** Takes the amount if it fits. @returns whether it fitted */
  take(amount = 1): boolean {
    if (this.taken + amount > this.#max) return false;
    this.taken += amount;
    return true;
  }

  give(amount = 1): void {
    this.taken -= amount;
  }
}

/** The share of a room that one caller takes and gives back. */
export type Part = Pick<Room, 'take' | 'give'>;

/**
 * A room that callers share. A caller may hold as much as is free: alone it gets half of the room, and each further one
 * half of the rest, so whatever some callers send or leave unread, others keep room. This is the dynamic threshold
 * (factor 1) by which packet switches share their buffers.
 *
 * @see Choudhury and Hahne, "Dynamic queue length thresholds for shared-memory packet switches", IEEE/ACM Transactions on
 *   Networking 6 (2), 1998
 */
export class SharedRoom {
  readonly #max: number;
  /** The amount taken by all callers. */
  taken = 0;
  /** Amounts by caller; a caller that holds nothing has no entry. */
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The share of one caller. @param caller its id */
  of(caller: string): SharedPart {
    return new PartOfRoom(this, caller);
  }

  /** The most that the caller may take now. @param caller its id */
  leftFor(caller: string): number {
    return this.#max - this.taken - (this.#taken.get(caller) ?? 0);
  }

  /** @param amount taken, whether or not it fits; negative for what is given back */
  add(caller: string, amount: number): void {
    this.taken += amount;
    const own = (this.#taken.get(caller) ?? 0) + amount;
    if (own > 0) this.#taken.set(caller, own);
    else this.#taken.delete(caller);
  }
}

export interface SharedPart extends Part {
  /** Takes the amount even if it does not fit: for what cannot be refused any more. */
  force(amount: number): void;
}

class PartOfRoom implements SharedPart {
  readonly #room: SharedRoom;
  readonly #caller: string;

  constructor(room: SharedRoom, caller: string) {
    this.#room = room;
    this.#caller = caller;
  }

  take(amount = 1): boolean {
    const fits = amount <= this.#room.leftFor(this.#caller);
    if (fits) this.#room.add(this.#caller, amount);
    return fits;
  }

  give(amount = 1): void {
    this.#room.add(this.#caller, -amount);
  }

  force(amount: number): void {
    this.#room.add(this.#caller, amount);
  }
}
