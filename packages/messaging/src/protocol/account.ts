/**
 * What the protocol needs to know of a customer, in any service: how far each stream has come.
 *
 * Every service writes, for each customer, a stream of events numbered 1, 2, 3 … without gaps. A service's *account* of
 * a customer holds the version of its own stream and, for each stream that it follows, the last version applied. The
 * account's row is what serialises all that concerns the customer.
 */
import {
  type EventData,
  type EventType,
  NO_VERSIONS,
  type SeenVersions,
  type Stream,
  type StreamEvent,
  type Versions,
} from '@mo/contracts';

export interface Account {
  readonly customerId: number;
  /** The version of the last event of the service's own stream; 0 before the first. */
  readonly version: number;
  /** The version of the last own event that restricts what may be decided; 0 before the first. */
  readonly restricted: number;
  /** For each followed stream, the last version applied. */
  readonly applied: SeenVersions;
  /** For each followed stream on which events are missing, the highest version that is known to exist. */
  readonly behind: SeenVersions;
  /** The time of the latest own event, in ms; time never goes back for a customer. */
  readonly lastTimeMs: number;
}

/** An event that is decided but not yet written: it gets its version, its time and its context with the batch. */
export type NewEvent = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType];

/** What makes a service's accounts: pure functions over events. */
export interface StreamModel<A extends Account> {
  /** The service's own stream. */
  readonly stream: Stream;
  /** The streams that it follows. */
  readonly follows: readonly Stream[];
  /** The account of a customer of whom nothing is known. */
  unknown(customerId: number): A;
  /** The caller's name for the customer, where it is known. */
  externalIdOf(account: A): string | null;
  /**
   * The account after events of its own stream or of followed ones, in their order. Versions are kept by the protocol. All own
   * events of one decision come in one call, so that what is costly to copy can be copied once for all of them.
   */
  evolve(account: A, events: readonly StreamEvent[]): A;
  /** The own events that a followed event brings about. */
  react(before: A, event: StreamEvent): readonly NewEvent[];
  /** Whether an own event leaves less to be granted: a refusal must have been confirmed since the last of these. */
  restricts(event: StreamEvent): boolean;
  /** Which followed streams its decisions rest on, and so are named in `ce_seen`. */
  readonly decidesOn: readonly Stream[];
}

/** How far a service's account of a customer has come. */
export interface Progress {
  readonly customerId: number;
  readonly version: number;
  readonly restricted: number;
  readonly applied: SeenVersions;
  readonly behind: SeenVersions;
}

export const appliedOf = (progress: Progress, stream: Stream): number => progress.applied[stream] ?? 0;

export function progressOf({ customerId, version, restricted, applied, behind }: Account): Progress {
  return { customerId, version, restricted, applied, behind };
}

/** All versions that an account has seen, its own included. */
export function versionsOf(own: Stream, progress: Pick<Progress, 'version' | 'applied'>): Versions {
  return { ...NO_VERSIONS, ...progress.applied, [own]: progress.version };
}
