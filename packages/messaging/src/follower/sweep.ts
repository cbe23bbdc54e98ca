/**
 * What a sweep asks an owner for: the heads of what is new since the one before it, and of what was new ten minutes ago. So each
 * moment is looked at soon, and once more for the transactions that took long; and what it costs doesn't grow with the journal.
 */
import type { Clock } from '@mo/service-kit';
import { ENDLESS_MS, type HeadsPage, RECENT_HEADS_PAGE_MAX, type TimeSpan } from '../pull/wire.ts';

/** A sweep looks back further than the one before it, for a commit comes later than its time, and clocks differ. */
const OVERLAP_MS = 30_000;
/** What is younger is under way, and is looked at by the next sweep. */
const UNDER_WAY_MS = 10_000;
/** So much later a sweep looks at the same time once more. */
const SECOND_LOOK_MS = 10 * 60_000;
/** So far ahead of now an event is of a clock that is: such are looked at too, as many as are read for one page. */
const AHEAD_MS = 60_000;
/** Where sweeps failed for longer than this, all customers are asked for: page by page, from one customer to the next. */
const WINDOW_MS_MAX = 30 * 60_000;
/**
 * A span is looked at in parts, for each page of heads reads its part whole. They become shorter where one has more than a page
 * tells of, and longer after one with few customers. Where the shortest has too many, such as those of one transaction, all are
 * asked for.
 */
const PART_MS_MIN = 250;
const FIRST_PART_MS = 4_000;
const FEW_CUSTOMERS = RECENT_HEADS_PAGE_MAX / 2;
/**
 * One that was too long is read in vain, so those after it become half as long at most. Each of them may be longer than the one before
 * by this, so that after six of them that is twice as long again: what was dense may have been a moment.
 */
const BOUND_GROWS = 1.125;
/**
 * Callers share their processors with a sweep: after each page it rests so many times as long as the owner took for that, up to a bound. In
 * all it rests no longer than another, so that a sweep of very many pages comes to its end.
 */
const RESTS = 4;
const REST_MS_MAX = 1_000;
const SWEEP_REST_MS_MAX = 20_000;

const ALL_TIME: TimeSpan = { sinceMs: 0 };

interface Swept {
  /** When the last sweep began that did not fail, in ms since the epoch. */
  readonly atMs: number;
  /** How long the next one's first part is. */
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
   * @param heads asks the owner for a page of heads, of customers above `after`
   * @param look compares heads with what is applied, and catches up
   * @param clock by which it rests
   * @param signal aborted once nothing more is to be asked for
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
   * Sweeps the stream; a sweep that fails is made up for by the next.
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

  /** @returns how long parts of what is new were in the end; null where all have to be asked for */
  async #since(last: Swept | undefined, startedMs: number): Promise<number | null> {
    // Nor is there a span where the clock was set back.
    if (last === undefined || startedMs < last.atMs || startedMs - last.atMs > WINDOW_MS_MAX) return null;
    const isNew = { sinceMs: last.atMs - OVERLAP_MS, untilMs: startedMs - UNDER_WAY_MS };
    const isAhead = { sinceMs: startedMs + AHEAD_MS, untilMs: ENDLESS_MS };
    const wasNew = { sinceMs: last.atMs - SECOND_LOOK_MS, untilMs: startedMs - SECOND_LOOK_MS };
    await this.#page(isAhead, 0);
    const partMs = await this.#parts(isNew, last.partMs);
    if (partMs === null || (await this.#parts(wasNew, partMs)) === null) return null;
    return partMs;
  }

  /** @returns how long parts were in the end; null where the shortest has more than a page tells of */
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

  /** @returns how long the next sweep's first part is to be */
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
