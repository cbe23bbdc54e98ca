/**
 * A token bucket shared by several gateways. Requests that arrive together draw together: while one statement runs, the
 * others gather, and the next statement draws for all of them. If the store cannot be reached, this gateway limits the
 * rate alone, for one second at a time. The worst effect of an outage is that each gateway admits the full rate.
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
  /** The number of tokens drawn: at most the number requested. */
  readonly drawn: number;
  /** The tokens left after that, fractions included. */
  readonly left: number;
}>;

/** The maximum number of requests of one caller that wait for a draw. */
const DRAWS_WAITING_MAX = 10_000;
/**
 * The tokens drawn in advance, in milliseconds of the rate. This saves most draws, and is the most that one gateway may
 * withhold from the others.
 */
const AHEAD_MS = 100;
/** The lifetime of tokens drawn in advance. */
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
  /** The tokens left in the store after the last draw. */
  #left = 0;
  /** No draw is tried before this time, because the bucket is empty until then. */
  #emptyUntilMs = 0;
  #aloneUntilMs = 0;
  #alone: TokenBucket | null = null;

  /** @param draw rejects if the store cannot be reached */
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
   * Distributes drawn tokens to the requests that they were drawn for, in order of arrival, and those drawn in advance
   * to requests that arrived meanwhile, so that no token is held during the next draw.
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
