/**
 * A token bucket that several gateways draw on. Requests that come together draw together: while one statement is under way
 * the others gather, and the next one draws for all of them. Where the store can't be asked, this gateway keeps the rate by
 * itself, for a second at a time: so the worst that an outage of the store does is that each gateway lets the rate through.
 */
import { capacityOf, type Meter, type Taken } from './meter.ts';
import { TokenBucket } from './token-bucket.ts';

/** Draws tokens from a bucket in the store. */
export type Draw = (
  bucket: Buffer,
  rate: number,
  capacity: number,
  wanted: number,
) => Promise<{
  /** How many were drawn: at most as many as were wanted. */
  readonly drawn: number;
  /** What is left after that, with parts of tokens. */
  readonly left: number;
}>;

/** Requests of one caller that wait for a draw. */
const DRAWS_WAITING_MAX = 10_000;
/** What is drawn ahead, in milliseconds of the rate: it saves most draws, and is what one gateway may keep from others. */
const AHEAD_MS = 100;
/** What was drawn ahead is good for so long. */
const HELD_MS_MAX = 1_000;
const ALONE_MS = 1_000;

export class SharedBucket implements Meter {
  readonly rate: number;
  readonly #bucket: Buffer;
  readonly #draw: Draw;
  readonly #ahead: number;
  readonly #waiting: ((taken: Taken) => void)[] = [];
  #isDrawing = false;
  #held = 0;
  #heldUntilMs = 0;
  /** What the store had left when it was asked last. */
  #left = 0;
  /** Before this there is no use in asking again. */
  #emptyUntilMs = 0;
  #aloneUntilMs = 0;
  #alone: TokenBucket | null = null;

  /** @param draw rejects where the store can't be asked */
  constructor(bucket: Buffer, rate: number, draw: Draw) {
    this.rate = rate;
    this.#bucket = bucket;
    this.#draw = draw;
    this.#ahead = Math.floor((rate * AHEAD_MS) / 1000);
  }

  take(nowMs: number): Taken | Promise<Taken> {
    if (nowMs > this.#heldUntilMs) this.#held = 0;
    if (this.#held > 0) {
      this.#held -= 1;
      return { waitMs: 0, left: this.#left + this.#held };
    }
    if (nowMs < this.#aloneUntilMs && this.#alone !== null) return this.#alone.take(nowMs);
    if (nowMs < this.#emptyUntilMs) return { waitMs: this.#emptyUntilMs - nowMs, left: 0 };
    if (this.#waiting.length >= DRAWS_WAITING_MAX) return { waitMs: 1000 / this.rate, left: 0 };
    const { promise, resolve } = Promise.withResolvers<Taken>();
    this.#waiting.push(resolve);
    if (!this.#isDrawing) void this.#drawForAll();
    return promise;
  }

  async #drawForAll(): Promise<void> {
    this.#isDrawing = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting.length;
      try {
        const { drawn, left } = await this.#draw(this.#bucket, this.rate, capacityOf(this.rate), waiting + this.#ahead);
        this.#alone = null;
        this.#share(waiting, drawn, left);
      } catch {
        const nowMs = performance.now();
        this.#alone ??= new TokenBucket(this.rate, nowMs);
        this.#aloneUntilMs = nowMs + ALONE_MS;
        for (const resolve of this.#waiting.splice(0)) resolve(this.#alone.take(nowMs));
      }
    }
    this.#isDrawing = false;
  }

  /**
   * Gives what was drawn to those that it was drawn for, in the order in which they came, and what was drawn ahead to those who
   * came meanwhile: so that nothing is held when the next is drawn.
   */
  #share(waiting: number, drawn: number, left: number): void {
    const nowMs = performance.now();
    const served = this.#waiting.splice(0, Math.max(waiting, drawn));
    this.#left = Math.floor(left);
    this.#held = Math.max(0, drawn - served.length);
    this.#heldUntilMs = nowMs + HELD_MS_MAX;
    const waitMs = ((1 - Math.min(1, left)) / this.rate) * 1000;
    if (drawn < waiting) this.#emptyUntilMs = nowMs + waitMs;
    for (const [place, resolve] of served.entries()) {
      if (place < drawn) resolve({ waitMs: 0, left: this.#left + Math.max(0, drawn - place - 1) });
      else resolve({ waitMs: Math.max(1, waitMs), left: 0 });
    }
  }
}
