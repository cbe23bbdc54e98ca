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
 * A room that callers share. One caller takes at most half of it, whatever it sends or leaves unread, so that the rest
 * remains for others.
 */
export class SharedRoom {
  readonly #all: Room;
  readonly #partMax: number;
  /** Amounts by caller; a caller that holds nothing has no entry. */
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.#all = new Room(max);
    this.#partMax = max / 2;
  }

  /** The amount taken by all callers. */
  get taken(): number {
    return this.#all.taken;
  }

  /** The share of one caller. @param caller its id */
  of(caller: string): Part {
    return new PartOfRoom(this, caller);
  }

  take(caller: string, amount: number): boolean {
    const own = (this.#taken.get(caller) ?? 0) + amount;
    if (own > this.#partMax || !this.#all.take(amount)) return false;
    this.#taken.set(caller, own);
    return true;
  }

  give(caller: string, amount: number): void {
    this.#all.give(amount);
    const own = (this.#taken.get(caller) ?? 0) - amount;
    if (own > 0) this.#taken.set(caller, own);
    else this.#taken.delete(caller);
  }
}

class PartOfRoom implements Part {
  readonly #room: SharedRoom;
  readonly #caller: string;

  constructor(room: SharedRoom, caller: string) {
    this.#room = room;
    this.#caller = caller;
  }

  take(amount = 1): boolean {
    return this.#room.take(this.#caller, amount);
  }

  give(amount = 1): void {
    this.#room.give(this.#caller, amount);
  }
}
