/**
 * What the protocol asks of the other services: the events of a customer (a pull), and to have applied something (a
 * settlement). Both cross the network, both have deadlines, and neither ever happens inside a transaction.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { CustomerRef } from './command.ts';
import type { Quarantined } from './quarantine.ts';

export interface Pulled {
  /** Null where the owner doesn't know the customer. */
  readonly customerId: number | null;
  /** The stream's last version for the customer. */
  readonly head: number;
  /** The next events after the version asked for, without gaps; as many as fit a page, and can be understood. */
  readonly events: readonly StreamEvent[];
  /** The event after these, where it can't be understood. */
  readonly quarantined?: Quarantined & { readonly version: number };
}

export interface Peers {
  /**
   * Reads a customer's events from the stream's owner. The answer is never older than the call.
   *
   * @throws ProblemError unavailable, where the owner can't be reached in time
   */
  pull(stream: Stream, customer: CustomerRef, after: number): Promise<Pulled>;
  /** Asks a peer to apply a stream up to a version; false where it couldn't in time. */
  settle(peer: Stream, customerId: number, stream: Stream, version: number): Promise<boolean>;
}
