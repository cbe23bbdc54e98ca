/**
 * Delivers what is due: for each webhook by itself, so many lanes at once, so that one whose receiver is slow or away holds up
 * no other. Within a lane a message is sent once the one before it was taken, or given up after three days.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { aboutEvent } from '@mo/messaging';
import type { Logger, Span, Tracer } from '@mo/service-kit';
import type { Delivery, Lane, Lanes, Outcome } from './lanes.ts';
import { messageOf } from './message.ts';
import { DELIVERY_MS_MAX, type pauseMs } from './schedule.ts';
import type { Attempt, AttemptOutcome, Receiver, Sender } from './sender.ts';

/** Lanes of one webhook that one process works on at once. */
const LANES_PER_WEBHOOK_MAX = 16;
/** How long a process works on a claimed lane before it gives it back, in milliseconds: an attempt may come on top. */
const TURN_MS = 30_000;
const POLL_MS = 500;

export interface ActiveWebhook extends Receiver {
  readonly id: number;
}

export interface DispatcherOptions {
  readonly lanes: Lanes;
  readonly sender: Pick<Sender, 'send'>;
  /** Those that want messages now. */
  readonly active: () => Promise<readonly ActiveWebhook[]>;
  /** How long to wait before the next attempt. */
  readonly pauseMs: typeof pauseMs;
  /** Told where a receiver says that it wants no more messages. */
  readonly onGone: (webhookId: number) => Promise<void>;
  /** Told of each attempt. */
  readonly onAttempt: (what: AttemptOutcome) => void;
  /** Null where nothing is traced. */
  readonly tracer: Tracer | null;
  readonly logger: Logger;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #stopping = new AbortController();
  readonly #busy = new Map<number, number>();
  readonly #working = new Set<Promise<void>>();
  #wake = Promise.withResolvers<void>();
  #rounds: Promise<void> = Promise.resolve();
  #isSilent = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#rounds = this.#goOn();
  }

  /** There may be something to deliver. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Waits for the attempts that are under way; what comes after them is due at once, for another process. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#rounds;
    await Promise.all(this.#working);
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      try {
        for (const webhook of await this.#options.active()) await this.#claim(webhook);
        this.#isSilent = false;
      } catch (error) {
        if (!this.#isSilent) this.#options.logger.warn({ err: error }, 'what is to be delivered can not be read');
        this.#isSilent = true;
      }
      const ended = new AbortController();
      await Promise.race([this.#wake.promise, delay(POLL_MS, undefined, { signal: ended.signal }).catch(() => {})]);
      ended.abort();
    }
  }

  async #claim(webhook: ActiveWebhook): Promise<void> {
    const free = LANES_PER_WEBHOOK_MAX - (this.#busy.get(webhook.id) ?? 0);
    if (free <= 0 || this.#stopping.signal.aborted) return;
    for (const lane of await this.#options.lanes.claim(webhook.id, free)) this.#begin(webhook, lane);
  }

  #begin(webhook: ActiveWebhook, lane: Lane): void {
    this.#busy.set(webhook.id, (this.#busy.get(webhook.id) ?? 0) + 1);
    const work = this.#deliver(webhook, lane)
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error, webhook: webhook.id }, 'a lane is left to whoever claims it next');
      })
      .finally(() => {
        this.#working.delete(work);
        const left = (this.#busy.get(webhook.id) ?? 1) - 1;
        if (left === 0) this.#busy.delete(webhook.id);
        else this.#busy.set(webhook.id, left);
        this.wake();
      });
    this.#working.add(work);
  }

  async #deliver(webhook: ActiveWebhook, lane: Lane): Promise<void> {
    const { lanes, onGone, pauseMs } = this.#options;
    const endMs = performance.now() + TURN_MS;
    const outcomes: Outcome[] = [];
    let pause = 0;
    for (const delivery of await lanes.next(lane)) {
      if (performance.now() >= endMs || this.#stopping.signal.aborted) break;
      const attempt = await this.#attempt(webhook, delivery);
      const outcome = outcomeOf(delivery, attempt, Date.now());
      outcomes.push(outcome);
      if (!attempt.isTaken && attempt.isGone) await onGone(webhook.id);
      if (outcome.status !== 'pending') continue;
      pause = attempt.isTaken ? 0 : pauseMs(delivery.attempts + 1, attempt.retryAfterMs, Math.random());
      break;
    }
    await lanes.settle(lane, outcomes, pause);
  }

  async #attempt(webhook: ActiveWebhook, delivery: Delivery): Promise<Attempt> {
    const { sender, tracer, onAttempt } = this.#options;
    const span = tracer?.begin('client', 'POST webhook', delivery.traceparent, aboutAttempt(delivery)) ?? null;
    const attempt = await sender.send(webhook, messageOf(delivery, span?.traceparent ?? delivery.traceparent));
    const what = nameOf(attempt);
    onAttempt(what);
    if (span !== null) endSpan(span, attempt, what);
    return attempt;
  }
}

function nameOf({ isTaken, answer }: Attempt): AttemptOutcome {
  if (isTaken) return 'delivered';
  return answer === null ? 'failed' : 'refused';
}

/** By OpenTelemetry's HTTP conventions, without the address: that is the subscriber's. */
const aboutAttempt = ({ stream, type, attempts }: Delivery) => ({
  'http.request.method': 'POST',
  'http.request.resend_count': attempts,
  ...aboutEvent(stream, type),
});

function endSpan(span: Span, { answer }: Attempt, what: AttemptOutcome): void {
  span.set({ 'mo.outcome': what, ...(answer === null ? {} : { 'http.response.status_code': answer }) });
  span.end(what === 'delivered' ? undefined : what);
}

function outcomeOf({ id: deliveryId, createdAtMs }: Delivery, attempt: Attempt, atMs: number): Outcome {
  if (attempt.isTaken) return { deliveryId, status: 'delivered', atMs, answer: attempt.answer, error: null };
  const status = atMs - createdAtMs >= DELIVERY_MS_MAX ? 'failed' : 'pending';
  return { deliveryId, status, atMs, answer: attempt.answer, error: attempt.error };
}
