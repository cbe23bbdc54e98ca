/**
 * The relay moves events from the outbox to Kafka: it reads entries in id order, sends them as one batch, and removes
 * the entries that Kafka has acknowledged. No transaction is open while it sends. After a crash between sending and
 * removing, the entries are sent again; followers skip these duplicates. While Kafka is down, the only effect is that
 * the outbox grows.
 */
import { type Stream, topicOf } from '@mo/contracts';
import { type Clock, failureOf, type Logger, RetryLog, Rounds, type Span, type Tracer } from '@mo/service-kit';
import { toMessage } from '../kafka/cloud-events.ts';
import { type Kafka, MessageRefusedError, type Producer } from '../kafka/port.ts';
import { aboutEvent } from '../protocol/batch-spans.ts';
import { Pacer, RELAY_PACING } from '../round-interval.ts';
import type { Outbox, OutboxEntry } from '../sql/outbox.ts';
import { LEASE_RENEWAL_MS, type Lease } from './lease.ts';

/** The most entries per round. */
export const RELAY_ENTRIES_MAX = 2_000;
/**
 * The bounds of the interval at which an idle relay polls for entries that other replicas wrote; each empty poll
 * doubles it. Entries of its own process wake the relay at once, and so does taking the lease.
 */
const IDLE_POLL_MS_MIN = 25;
const IDLE_POLL_MS_MAX = 100;
const RETRY_DELAY_MS = 250;
const NO_SPANS: readonly Span[] = [];

export interface RelayOptions {
  stream: Stream;
  topicPrefix: string;
  outbox: Pick<Outbox, 'read' | 'remove' | 'park'>;
  lease: Pick<Lease, 'holder' | 'hold' | 'release'>;
  kafka: Kafka;
  /** The number of partitions over which events are spread; read again each time that the relay opens a producer. */
  partitions: () => Promise<number>;
  clock: Clock;
  logger: Logger;
  onSent?: (events: number) => void;
  onFailure?: () => void;
  /** Absent if tracing is off. */
  tracer?: Tracer | null;
}

/** The connection to Kafka while this process holds the lease, with the number of partitions read at its start. */
interface Session {
  /** The holder's name in the lease. */
  readonly holder: string;
  readonly producer: Producer;
  readonly partitions: number;
}

export class Relay {
  readonly #options: RelayOptions;
  readonly #rounds: Rounds;
  readonly #reading: RetryLog;
  readonly #sending: RetryLog;
  readonly #pacer = new Pacer(RELAY_PACING);
  #rest: () => void = () => {};
  #woken = false;
  #done: Promise<unknown> = Promise.resolve();
  #holding = false;
  /**
   * Another process may have held the lease since `#session` was opened, and may have changed the number of partitions.
   */
  #isNewHolder = false;
  #session: Session | null = null;

  constructor(options: RelayOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.#rounds = new Rounds(clock, logger);
    this.#reading = new RetryLog(clock, logger, 'the relay could not read the outbox and will retry');
    this.#sending = new RetryLog(clock, logger, 'the relay could not send and will retry');
  }

  /** Whether this process currently is the service's relay. */
  get holding(): boolean {
    return this.#holding;
  }

  start(): void {
    this.#rounds.every(LEASE_RENEWAL_MS, 'the relay could not renew its lease and will try again', () =>
      this.#renewLease(),
    );
    this.#done = this.#relay();
  }

  /** Polls at once, because entries were written. */
  wake(): void {
    this.#woken = true;
    this.#rest();
  }

  async stop(): Promise<void> {
    const renewed = this.#rounds.stop();
    this.wake();
    await Promise.all([renewed, this.#done]);
    await this.#closeSession();
    if (this.#holding) await this.#options.lease.release();
    this.#holding = false;
  }

  async #renewLease(): Promise<void> {
    try {
      const held = await this.#options.lease.hold();
      this.#holding = held !== null;
      if (held !== 'taken') return;
      this.#isNewHolder = true;
      this.wake();
    } catch (error) {
      this.#holding = false;
      throw error;
    }
  }

  async #relay(): Promise<void> {
    const { clock, onFailure } = this.#options;
    let pollMs = IDLE_POLL_MS_MIN;
    while (!this.#rounds.signal.aborted) {
      try {
        const beganMs = clock.elapsed();
        const sent = this.#holding ? await this.#round() : 0;
        if (sent === 0) await this.#idle(this.#holding ? pollMs : LEASE_RENEWAL_MS);
        else if (sent < RELAY_ENTRIES_MAX) await this.#restSince(beganMs);
        pollMs = sent === 0 ? Math.min(2 * pollMs, IDLE_POLL_MS_MAX) : IDLE_POLL_MS_MIN;
      } catch {
        onFailure?.();
        await this.#closeSession();
        await clock.sleep(RETRY_DELAY_MS, this.#rounds.signal);
      }
    }
  }

  /** Logs its failures. */
  async #round(): Promise<number> {
    const { outbox, stream, topicPrefix } = this.#options;
    const entries = await this.#reading.during(() => outbox.read(RELAY_ENTRIES_MAX));
    if (entries.length === 0) return 0;
    await this.#sending.during(async () => {
      if (this.#isNewHolder) await this.#closeSession();
      this.#isNewHolder = false;
      this.#session ??= await this.#openSession();
      await this.#send(this.#session, topicOf(topicPrefix, stream), entries);
    });
    return entries.length;
  }

  async #openSession(): Promise<Session> {
    const { lease, kafka, partitions } = this.#options;
    const { holder } = lease;
    return { holder, partitions: await partitions(), producer: await kafka.producer() };
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.producer.close().catch(() => {});
  }

  /**
   * Sends entries. If the broker permanently refuses one, halves the batch until the refused entry is found and parked.
   *
   * @param parked the customers with an entry parked in this round: their later entries wait, even if parked entries
   *   are released in the meantime
   */
  async #send(session: Session, topic: string, all: OutboxEntry[], parked = new Set<string>()): Promise<void> {
    const { stream, outbox, logger, onSent } = this.#options;
    const entries = all.filter((entry) => !parked.has(entry.customer_id));
    const [first] = entries;
    if (first === undefined) return;
    const spans = this.#beginSpans(topic, entries);
    try {
      const messages = entries.map((entry) => toMessage(stream, entry));
      await session.producer.send(topic, messages, session.partitions);
      onSent?.(entries.length);
      const ids = entries.map((entry) => entry.id);
      await outbox.remove(ids, session.holder);
      for (const span of spans) span.end();
    } catch (error) {
      for (const span of spans) span.end(failureOf(error));
      if (!(error instanceof MessageRefusedError)) throw error;
      if (entries.length === 1) {
        logger.error(
          { err: error, customerId: first.customer_id, version: first.version },
          'Kafka refuses an event; its customer is parked',
        );
        await outbox.park(first.id, error.message);
        parked.add(first.customer_id);
        return;
      }
      const middle = Math.ceil(entries.length / 2);
      await this.#send(session, topic, entries.slice(0, middle), parked);
      await this.#send(session, topic, entries.slice(middle), parked);
    }
  }

  /** Begins one span per event whose trace is recorded, because the events of a batch belong to many traces. */
  #beginSpans(topic: string, entries: readonly OutboxEntry[]): readonly Span[] {
    const { stream, tracer = null } = this.#options;
    if (tracer === null) return NO_SPANS;
    const spans = entries.map(({ type, traceparent }) =>
      tracer.begin('client', `send ${topic}`, traceparent, {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.operation.name': 'send',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': entries.length,
        ...aboutEvent(stream, type),
      }),
    );
    return spans.filter((span) => span !== null);
  }

  async #restSince(beganMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#pacer.took(clock.elapsed() - beganMs);
    const waitMs = beganMs + this.#pacer.intervalMs - clock.elapsed();
    if (waitMs > 0) await clock.sleep(waitMs, this.#rounds.signal);
  }

  async #idle(durationMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rest = resolve;
    if (!this.#woken) await Promise.race([promise, this.#options.clock.sleep(durationMs, this.#rounds.signal)]);
    this.#woken = false;
  }
}
