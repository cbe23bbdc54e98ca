/** So much there is room for: calls, or bytes of many bodies together. */
export class Room {
  readonly #max: number;
  taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.taken >= this.#max;
  }

  /** Whether there was room for so much more; then it is taken. */
  take(amount = 1): boolean {
    if (this.taken + amount > this.#max) return false;
    this.taken += amount;
    return true;
  }

  give(amount = 1): void {
    this.taken -= amount;
  }
}

/** What a caller takes of a room, and gives back. */
export type Part = Pick<Room, 'take' | 'give'>;

/**
 * Room that callers share: one alone has at most half of it, whatever it sends or does not read, so that there is some for the
 * others.
 */
export class SharedRoom {
  readonly #all: Room;
  readonly #partMax: number;
  /** Of those who have any. */
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.#all = new Room(max);
    this.#partMax = max / 2;
  }

  /** By all together. */
  get taken(): number {
    return this.#all.taken;
  }

  /** What one caller has of it. @param caller its id */
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
