/**
 * Brings a customer forward on a stream: pulls the events from the stream's owner and applies them like any other
 * events. If an event waits for a cause in another stream, that stream is brought forward first.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import { unavailable } from '@mo/service-kit';
import { appliedOf, type Progress } from './account.ts';
import type { Followed } from './batch-runner.ts';
import type { CustomerRef } from './command.ts';
import type { Peers } from './peers.ts';
import type { Quarantined } from './quarantine.ts';

/** The most pulls for one customer and stream, including further pages and the pulls of causes. */
const PULLS_MAX = 64;

/** The most pulls without progress on the stream or on a cause: other callers may be applying the same events. */
const STANDSTILLS_MAX = 3;

interface Budget {
  pullsLeft: number;
  standstillsLeft: number;
}

/** The write path's entry points for pulled events. */
export interface Intake {
  follow(events: readonly StreamEvent[]): Promise<Followed>;
  quarantine(items: readonly Quarantined[]): Promise<ReadonlyMap<number, Progress>>;
}

export class BringForward {
  readonly #peers: Peers;
  readonly #intake: Intake;

  constructor(peers: Peers, intake: Intake) {
    this.#peers = peers;
    this.#intake = intake;
  }

  /**
   * Applies all events that the stream's owner has of a customer at the time of the call.
   *
   * @param progress the known progress; null if this service doesn't know the customer
   * @returns the customer's progress; null if neither this service nor the owner knows the customer
   * @throws ProblemError unavailable, also at an event that can't be parsed or can't take effect
   */
  bring(customer: CustomerRef, stream: Stream, progress: Progress | null): Promise<Progress | null> {
    return this.#bring(customer, stream, progress, { pullsLeft: PULLS_MAX, standstillsLeft: STANDSTILLS_MAX });
  }

  async #bring(
    customer: CustomerRef,
    stream: Stream,
    progress: Progress | null,
    budget: Budget,
  ): Promise<Progress | null> {
    let reached = progress;
    let target: number | null = null;
    while (budget.pullsLeft > 0 && budget.standstillsLeft > 0) {
      budget.pullsLeft -= 1;
      const had: number = reached === null ? 0 : appliedOf(reached, stream);
      const pulled = await this.#peers.pull(stream, customer, had);
      target ??= pulled.head;
      if (pulled.customerId === null) return reached;
      const { customerId, events, quarantined } = pulled;
      if (events.length === 0 && quarantined === undefined) return reached;
      if (events.length > 0) reached = (await this.#apply(customerId, stream, events)) ?? reached;
      // Quarantine the event only when it is the next one: earlier events may still have to wait for causes.
      if (quarantined !== undefined && quarantined.version === (reached === null ? 0 : appliedOf(reached, stream)) + 1)
        reached = await this.#quarantine(customerId, quarantined);
      if (reached === null || appliedOf(reached, stream) >= target) return reached;
      const withCauses: Progress = await this.#bringCauses(reached, stream, events, budget);
      if (withCauses === reached && appliedOf(reached, stream) === had) budget.standstillsLeft -= 1;
      reached = withCauses;
    }
    throw unavailable(`the ${stream} of ${whoIs(customer)} could not be brought up to date`);
  }

  async #apply(customerId: number, stream: Stream, events: readonly StreamEvent[]): Promise<Progress | undefined> {
    const { progress, faults } = await this.#intake.follow(events);
    const [fault] = faults;
    if (fault === undefined) return progress.get(customerId);
    const { version } = fault.event;
    throw unavailable(
      `event ${version} of the ${stream} of customer ${customerId} cannot take effect yet`,
      fault.error,
    );
  }

  /**
   * Quarantines an event that can't be parsed.
   *
   * @returns the customer's progress, if another process was able to parse and apply the event in the meantime
   * @throws ProblemError unavailable
   */
  async #quarantine(customerId: number, quarantined: Quarantined & { readonly version: number }): Promise<Progress> {
    const { stream, version } = quarantined;
    const reached = (await this.#intake.quarantine([quarantined])).get(customerId);
    if (reached !== undefined && appliedOf(reached, stream) >= version) return reached;
    throw unavailable(`event ${version} of the ${stream} of customer ${customerId} cannot be understood yet`);
  }

  /** Brings forward the streams that the first event not yet applied depends on. */
  async #bringCauses(
    progress: Progress,
    stream: Stream,
    events: readonly StreamEvent[],
    budget: Budget,
  ): Promise<Progress> {
    const waiting = events.find((event) => event.version === appliedOf(progress, stream) + 1);
    let reached = progress;
    for (const [cause, version] of Object.entries(waiting?.seen ?? {}) as [Stream, number][]) {
      if (!(cause in reached.applied) || appliedOf(reached, cause) >= version) continue;
      reached = (await this.#bring({ customerId: progress.customerId }, cause, reached, budget)) ?? reached;
    }
    return reached;
  }
}

/** The customer as logs may show it: without the external_id, which callers chose. */
const whoIs = ({ customerId }: CustomerRef): string =>
  customerId === undefined ? 'the customer' : `customer ${customerId}`;
