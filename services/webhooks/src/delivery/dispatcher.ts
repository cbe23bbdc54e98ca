/**
 * Delivers pending messages. Each webhook has its own limit of concurrent lanes, so that a slow or unreachable receiver
 * delays no other webhook. Within a lane a message is sent only after the previous one was accepted or given up. The
 * receiver's URL and status are read before each attempt, so that changes apply immediately.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { aboutEvent } from '@mo/messaging';
import { type Clock, type Logger, RetryLog, type Span, type Tracer } from '@mo/service-kit';
import { type ClaimableLanes, Claims } from './claims.ts';
import type { Delivery, Failures, Lane, Lanes, Outcome } from './lanes.ts';
import { messageOf } from './message.ts';
import { isGivenUp, type pauseMs, receiverPauseMs } from './schedule.ts';
import type { Attempt, AttemptOutcome, Receiver, Sender } from './sender.ts';

/** Lanes of one webhook that one process handles concurrently. */
const LANES_PER_WEBHOOK_MAX = 16;
/**
 * How long a process sends messages of a claimed lane before it stores their outcomes and releases the lane, in
 * milliseconds; one attempt may come on top. Until then accepted messages are pending, and a process that dies has sent
 * them in vain. Fast receivers get as many messages per turn as `Lanes.next` returns.
 */
export const TURN_MS = 2_000;
const POLL_MS = 500;

export interface DispatcherOptions {
  readonly lanes: ClaimableLanes & Pick<Lanes, 'next' | 'settle'>;
  readonly sender: Pick<Sender, 'send'>;
  /** Ids of active webhooks with lanes that are due, except those that pause. */
  readonly active: () => Promise<readonly number[]>;
  /** The current receiver of a webhook's messages; null if the webhook is not active, or pauses. */
  readonly receiverOf: (webhookId: number) => Promise<Receiver | null>;
  /** The pause before the next attempt. */
  readonly pauseMs: typeof pauseMs;
  /** Called if a webhook's receiver answers that it wants no more messages. @returns whether the webhook is now disabled */
  readonly onGone: (webhookId: number, receiver: Receiver) => Promise<boolean>;
  /** Called if a webhook's receiver asks for a pause, in milliseconds. */
  readonly onBusy: (webhookId: number, receiver: Receiver, pauseMs: number) => Promise<void>;
  /** Called for each message that is given up. */
  readonly onGivenUp: () => void;
  /** Called for each attempt. */
  readonly onAttempt: (what: AttemptOutcome) => void;
  /** Null if tracing is off. */
  readonly tracer: Tracer | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One turn of work on a claimed lane. */
interface Turn {
  /** No message is sent after this time, by the clock's `elapsed`. */
  readonly endMs: number;
  readonly outcomes: Outcome[];
  /** How long the lane rests after the turn, in milliseconds. */
  pauseMs: number;
  /** Those of the message that failed; null if none did. */
  failures: Failures | null;
}

export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #stopping = new AbortController();
  readonly #busy = new Map<number, number>();
  readonly #working = new Set<Promise<void>>();
  readonly #claims: Claims;
  readonly #reading: RetryLog;
  #wake = Promise.withResolvers<void>();
  #rounds: Promise<void> = Promise.resolve();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { lanes, clock, logger } = options;
    this.#claims = new Claims(lanes, clock, logger);
    this.#reading = new RetryLog(clock, logger, 'the pending deliveries cannot be read');
  }

  start(): void {
    this.#rounds = this.#goOn();
    this.#claims.start();
  }

  /** Starts the next round at once, because there may be something to deliver. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Waits for the attempts under way; the remaining messages are due at once, for another process. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#rounds;
    await Promise.all(this.#working);
    await this.#claims.stop();
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      try {
        for (const webhookId of await this.#options.active()) await this.#claim(webhookId);
        this.#reading.succeeded();
      } catch (error) {
        this.#reading.failed(error);
      }
      const ended = new AbortController();
      await Promise.race([this.#wake.promise, delay(POLL_MS, undefined, { signal: ended.signal }).catch(() => {})]);
      ended.abort();
    }
  }

  async #claim(webhookId: number): Promise<void> {
    const free = LANES_PER_WEBHOOK_MAX - (this.#busy.get(webhookId) ?? 0);
    if (free <= 0 || this.#stopping.signal.aborted) return;
    for (const lane of await this.#claims.claim(webhookId, free)) this.#begin(lane);
  }

  #begin(lane: Lane): void {
    const { webhookId } = lane;
    this.#busy.set(webhookId, (this.#busy.get(webhookId) ?? 0) + 1);
    const work = this.#deliver(lane)
      .catch((error: unknown) => {
        this.#options.logger.warn(
          { err: error, webhook: webhookId },
          'a lane failed; the next process that claims it continues',
        );
      })
      .finally(() => {
        this.#working.delete(work);
        this.#claims.release(lane);
        const left = (this.#busy.get(webhookId) ?? 1) - 1;
        if (left === 0) this.#busy.delete(webhookId);
        else this.#busy.set(webhookId, left);
        this.wake();
      });
    this.#working.add(work);
  }

  async #deliver(lane: Lane): Promise<void> {
    const { clock, lanes, pauseMs } = this.#options;
    const deliveries = await lanes.next(lane);
    // Begins after the read, so that a turn sends at least one message, however slow the database is.
    const turn: Turn = { endMs: clock.elapsed() + TURN_MS, outcomes: [], pauseMs: 0, failures: null };
    try {
      await this.#sendAll(lane, deliveries, turn);
    } catch (error) {
      turn.pauseMs = Math.max(turn.pauseMs, pauseMs(1, null, Math.random()));
      throw error;
    } finally {
      // Outcomes are stored however the turn ended, so that sent messages are not sent again.
      const givenUp = await lanes.settle(lane, turn.outcomes, turn.pauseMs, turn.failures);
      for (const id of givenUp ?? []) this.#reportGivenUp(lane, deliveries, turn.outcomes, id);
    }
  }

  #reportGivenUp({ webhookId }: Lane, deliveries: readonly Delivery[], outcomes: readonly Outcome[], id: string): void {
    const event = deliveries.find((delivery) => delivery.id === id)?.eventId;
    const reason = outcomes.find(({ deliveryId }) => deliveryId === id)?.error;
    this.#options.logger.warn({ webhook: webhookId, event, reason }, 'a message is given up');
    this.#options.onGivenUp();
  }

  async #sendAll(lane: Lane, deliveries: readonly Delivery[], turn: Turn): Promise<void> {
    const { clock, logger, onBusy, onGone, pauseMs, receiverOf } = this.#options;
    const { webhookId } = lane;
    for (const delivery of deliveries) {
      if (clock.elapsed() >= turn.endMs || this.#stopping.signal.aborted || !this.#claims.isHeld(lane)) return;
      const receiver = await receiverOf(webhookId);
      if (receiver === null) return;
      const attempt = await this.#attempt(receiver, delivery);
      const outcome = outcomeOf(delivery, attempt, Date.now());
      turn.outcomes.push(outcome);
      if (attempt.isTaken) continue;
      // After a message is given up, the next one, which may be just as old, also waits for a pause, because the
      // receiver is still unavailable.
      const count = outcome.status === 'pending' ? failuresSoFar(lane, delivery, receiver) + 1 : 1;
      turn.failures = { count, restartedAt: receiver.restartedAt };
      turn.pauseMs = pauseMs(count, attempt.retryAfterMs, Math.random());
      if (attempt.isGone && (await onGone(webhookId, receiver)))
        logger.warn({ webhook: webhookId, event: delivery.eventId, reason: attempt.error }, 'a webhook is disabled');
      const busyMs = receiverPauseMs(attempt.answer, attempt.retryAfterMs);
      if (busyMs > 0) await onBusy(webhookId, receiver, busyMs);
      return;
    }
  }

  async #attempt(receiver: Receiver, delivery: Delivery): Promise<Attempt> {
    const { sender, tracer, onAttempt } = this.#options;
    const span = tracer?.begin('client', 'POST webhook', delivery.traceparent, aboutAttempt(delivery)) ?? null;
    const attempt = await sender.send(receiver, messageOf(delivery, span?.traceparent ?? delivery.traceparent));
    const what = nameOf(attempt);
    onAttempt(what);
    if (span !== null) endSpan(span, attempt, what);
    return attempt;
  }
}

/** The failures of a message since its webhook was restarted. A message that was not attempted yet has none. */
function failuresSoFar({ failures }: Lane, { attempts }: Delivery, { restartedAt }: Receiver): number {
  return failures.restartedAt === restartedAt ? Math.min(failures.count, attempts) : 0;
}

function nameOf({ isTaken, answer }: Attempt): AttemptOutcome {
  if (isTaken) return 'delivered';
  return answer === null ? 'failed' : 'refused';
}

/** Attributes by OpenTelemetry's HTTP conventions, without the address, which belongs to the subscriber. */
const aboutAttempt = ({ stream, type, attempts }: Delivery) => ({
  'http.request.method': 'POST',
  'http.request.resend_count': attempts,
  ...aboutEvent(stream, type),
});

function endSpan(span: Span, { answer }: Attempt, what: AttemptOutcome): void {
  span.set({ 'mo.outcome': what, ...(answer === null ? {} : { 'http.response.status_code': answer }) });
  span.end(what === 'delivered' ? undefined : what);
}

function outcomeOf({ id: deliveryId, ageMs, attempts }: Delivery, attempt: Attempt, atMs: number): Outcome {
  if (attempt.isTaken) return { deliveryId, status: 'delivered', atMs, answer: attempt.answer, error: null };
  const status = isGivenUp(attempts + 1, ageMs) ? 'failed' : 'pending';
  return { deliveryId, status, atMs, answer: attempt.answer, error: attempt.error };
}
