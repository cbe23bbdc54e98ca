/**
 * The protocol's requests to other services: a pull fetches a customer's events, and a settlement asks a peer to apply
 * events. Both cross the network and have deadlines, and neither ever happens inside a transaction.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { CustomerRef } from './command.ts';
import type { Quarantined } from './quarantine.ts';

export interface Pulled {
  /** Null if the owner doesn't know the customer. */
  readonly customerId: number | null;
  /** The stream's last version for the customer. */
  readonly head: number;
  /** The next events after the requested version, without gaps: at most a page, up to one that can't be parsed. */
  readonly events: readonly StreamEvent[];
  /** The event after these, if it can't be parsed. */
  readonly quarantined?: Quarantined & { readonly version: number };
}

export interface Peers {
  /**
   * Reads a customer's events from the stream's owner. The answer is never older than the call.
   *
   * @throws ProblemError unavailable, if the owner can't be reached in time
   */
  pull(stream: Stream, customer: CustomerRef, after: number): Promise<Pulled>;
  /** Asks a peer to apply a stream up to a version; false if it couldn't in time. */
  settle(peer: Stream, customerId: number, stream: Stream, version: number): Promise<boolean>;
}
