/**
 * A sweep queries an owner for the heads of customers with events since the previous sweep, and for those of the same
 * length of time ten minutes earlier. So each span is checked soon, and once more for transactions that took long. The
 * cost of a sweep doesn't grow with the journal.
 */
import type { Clock } from '@mo/service-kit';
import { ENDLESS_MS, type HeadsPage, RECENT_HEADS_PAGE_MAX, type TimeSpan } from '../pull/wire.ts';

/**
 * A sweep's span overlaps with the previous one, because an event's commit is later than its time, and clocks differ.
 */
const OVERLAP_MS = 30_000;
/** Younger events may not be committed or applied yet; the next sweep covers them. */
const UNDER_WAY_MS = 10_000;
/** Each span is checked a second time after this long. */
const SECOND_LOOK_MS = 10 * 60_000;
/**
 * Events dated further ahead of now than this come from a clock that is fast. They are checked too, but only one page.
 */
const AHEAD_MS = 60_000;
/**
 * After sweeps have failed for longer than this, one queries all customers instead, page by page in order of their ids.
 */
const WINDOW_MS_MAX = 30 * 60_000;
/**
 * A span is read in parts, because the owner reads a whole part for each page of heads. Parts become shorter when one
 * has more customers than fit into a page, and longer after one with few customers. If even the shortest part has too
 * many (such as those of one transaction), all customers are queried.
 */
const PART_MS_MIN = 250;
const FIRST_PART_MS = 4_000;
const FEW_CUSTOMERS = RECENT_HEADS_PAGE_MAX / 2;
/**
 * Reading a part that is too long is wasted, so the parts after it are bounded to half its length. The bound grows by
 * this factor with each part and so doubles in six parts, because the dense span may have been short.
 */
const BOUND_GROWS = 1.125;
/**
 * Callers share their processors with a sweep. After each page the sweep rests for `RESTS` times as long as the owner
 * took for it, at most `REST_MS_MAX`. The rests of a sweep are at most `SWEEP_REST_MS_MAX` in total, so that a sweep of
 * very many pages finishes as well.
 */
const RESTS = 4;
const REST_MS_MAX = 1_000;
const SWEEP_REST_MS_MAX = 20_000;

const ALL_TIME: TimeSpan = { sinceMs: 0 };

interface Swept {
  /** When the last successful sweep began, in ms since the epoch. */
  readonly atMs: number;
  /** The length of the next sweep's first part. */
  readonly partMs: number;
}

/** The sweeps of one stream. */
export class Sweep {
  readonly #heads: (span: TimeSpan, after: number) => Promise<HeadsPage>;
  readonly #look: (heads: HeadsPage['heads']) => Promise<void>;
  readonly #clock: Pick<Clock, 'elapsed' | 'sleep'>;
  readonly #signal: AbortSignal;
  #last: Swept | undefined;
  /** How much longer the sweep under way may rest, in ms. */
  #restMsLeft = 0;

  /**
   * @param heads queries the owner for a page of heads, of customers with ids above `after`
   * @param look compares heads with the applied versions, and catches up
   * @param clock times the rests between pages
   * @param signal stops the sweep when it is aborted
   */
  constructor(
    heads: (span: TimeSpan, after: number) => Promise<HeadsPage>,
    look: (heads: HeadsPage['heads']) => Promise<void>,
    clock: Pick<Clock, 'elapsed' | 'sleep'>,
    signal: AbortSignal,
  ) {
    this.#heads = heads;
    this.#look = look;
    this.#clock = clock;
    this.#signal = signal;
  }

  /**
   * Sweeps the stream. After a failure the next sweep covers the failed one's span as well.
   *
   * @param startedMs now, in ms since the epoch
   */
  async through(startedMs: number): Promise<void> {
    const last = this.#last;
    this.#restMsLeft = SWEEP_REST_MS_MAX;
    if (last !== undefined) this.#last = { ...last, partMs: shorter(last.partMs) };
    const partMs = (await this.#since(last, startedMs)) ?? (await this.#all());
    this.#last = { atMs: startedMs, partMs };
  }

  /** @returns the final length of the parts of the new span; null if all customers must be queried */
  async #since(last: Swept | undefined, startedMs: number): Promise<number | null> {
    // The second condition: after the clock was set back there is no valid span.
    if (last === undefined || startedMs < last.atMs || startedMs - last.atMs > WINDOW_MS_MAX) return null;
    const isNew = { sinceMs: last.atMs - OVERLAP_MS, untilMs: startedMs - UNDER_WAY_MS };
    const isAhead = { sinceMs: startedMs + AHEAD_MS, untilMs: ENDLESS_MS };
    const wasNew = { sinceMs: last.atMs - SECOND_LOOK_MS, untilMs: startedMs - SECOND_LOOK_MS };
    await this.#page(isAhead, 0);
    const partMs = await this.#parts(isNew, last.partMs);
    if (partMs === null || (await this.#parts(wasNew, partMs)) === null) return null;
    return partMs;
  }

  /** @returns the final length of the parts; null if the shortest has more customers than fit into a page */
  async #parts(span: Required<TimeSpan>, firstMs: number): Promise<number | null> {
    let partMs = firstMs;
    let boundMs = Number.POSITIVE_INFINITY;
    for (let { sinceMs } = span; sinceMs < span.untilMs; ) {
      const untilMs = Math.min(sinceMs + partMs, span.untilMs);
      const { heads, isLast } = await this.#page({ sinceMs, untilMs }, 0);
      if (isLast) {
        if (heads.length < FEW_CUSTOMERS && untilMs < span.untilMs && 2 * partMs <= boundMs) partMs *= 2;
        boundMs *= BOUND_GROWS;
        sinceMs = untilMs;
      } else {
        if (untilMs - sinceMs <= PART_MS_MIN) return null;
        boundMs = (untilMs - sinceMs) / 2;
        partMs = shorter(untilMs - sinceMs);
      }
    }
    return partMs;
  }

  /** @returns the length of the next sweep's first part */
  async #all(): Promise<number> {
    for (let after = 0; ; ) {
      const { heads, isLast } = await this.#page(ALL_TIME, after);
      const last = heads.at(-1);
      if (isLast || last === undefined) return FIRST_PART_MS;
      [after] = last;
    }
  }

  async #page(span: TimeSpan, after: number): Promise<HeadsPage> {
    this.#signal.throwIfAborted();
    const beganMs = this.#clock.elapsed();
    const page = await this.#heads(span, after);
    const restMs = Math.min(RESTS * (this.#clock.elapsed() - beganMs), REST_MS_MAX, this.#restMsLeft);
    await this.#look(page.heads);
    this.#restMsLeft -= restMs;
    await this.#clock.sleep(restMs, this.#signal);
    return page;
  }
}

const shorter = (partMs: number): number => Math.max(PART_MS_MIN, Math.floor(partMs / 4));
