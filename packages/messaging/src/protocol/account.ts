/**
 * The protocol's view of a customer, in any service: the progress of each stream.
 *
 * Every service writes, for each customer, a stream of events numbered 1, 2, 3 … without gaps. A service's *account* of
 * a customer holds the version of its own stream and, for each stream that it follows, the last version applied. The
 * lock on the account's row serialises all work on the customer.
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

/** The stream versions of a service's account of a customer. */
export interface Progress {
  readonly customerId: number;
  /** The version of the last event of the service's own stream; 0 before the first. */
  readonly version: number;
  /** The version of the last own event that restricts later decisions; 0 before the first. */
  readonly restricted: number;
  /** For each followed stream, the last version applied. */
  readonly applied: SeenVersions;
  /** For each followed stream on which events are missing, the highest version that is known to exist. */
  readonly behind: SeenVersions;
}

/** The part of an account that all services have; each adds its own data. */
export interface Account extends Progress {
  /** The time of the latest own event, in ms; event times of a customer never decrease. */
  readonly lastTimeMs: number;
}

/** An event that is decided but not yet written: the batch assigns its version, time and trace context. */
export type NewEvent = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType];

/** Defines a service's accounts: pure functions over events. */
export interface StreamModel<A extends Account> {
  /** The service's own stream. */
  readonly stream: Stream;
  /** The streams that the service follows. */
  readonly follows: readonly Stream[];
  /** The initial account of a customer, before any event. */
  unknown(customerId: number): A;
  /** The caller's external_id of the customer; null while it is unknown. */
  externalIdOf(account: A): string | null;
  /**
   * The account after events of its own stream or of followed streams, in order. The protocol maintains the versions.
   * All own events of one decision come in one call, so that costly copies are made once for all of them.
   */
  evolve(account: A, events: readonly StreamEvent[]): A;
  /** The own events that a followed event causes. */
  react(before: A, event: StreamEvent): readonly NewEvent[];
  /** Whether an own event reduces what later commands may get: a refusal must be confirmed after the last of these. */
  restricts(event: StreamEvent): boolean;
  /** The followed streams that decisions depend on; their versions are recorded in `ce_seen`. */
  readonly decidesOn: readonly Stream[];
}

export const appliedOf = (progress: Progress, stream: Stream): number => progress.applied[stream] ?? 0;

export function progressOf({ customerId, version, restricted, applied, behind }: Account): Progress {
  return { customerId, version, restricted, applied, behind };
}

/** All versions that an account has seen, its own included. */
export function versionsOf(own: Stream, progress: Pick<Progress, 'version' | 'applied'>): Versions {
  return { ...NO_VERSIONS, ...progress.applied, [own]: progress.version };
}
