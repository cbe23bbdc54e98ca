/**
 * A command is a caller's request to change one customer. Pure code decides it on the locked account. The protocol
 * determines whether the decision is final at once or must first be confirmed.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { Answer, Origin, RequestKey } from '@mo/service-kit';
import type { Account, NewEvent } from './account.ts';

/** The customer of a command: by our id, by the caller's, or by both. A customer to be registered has neither. */
export interface CustomerRef {
  readonly customerId?: number | undefined;
  readonly externalId?: string | undefined;
}

export interface DecisionContext {
  /** The time of the decision, in ms: read after locking, and never before the customer's last event. */
  readonly nowMs: number;
  /** An id for the entity that the command creates; ids rise in arrival order. */
  readonly id: number;
  /** Whether the external_id that the command claims is taken. */
  readonly taken: boolean;
}

export interface Decision<A extends Account> {
  /** The events to write, in order; empty for a plain refusal. */
  readonly events: readonly NewEvent[];
  /** The caller's answer, built from the written events. */
  readonly answer: (after: A, written: readonly StreamEvent[]) => Omit<Answer, 'body' | 'token'> & { body: unknown };
  /**
   * For a refusal that depends on followed streams: the streams to pull before it is final. Streams that can restrict
   * come first, the stream that can relax comes last. Empty if the decision is final at once.
   */
  readonly confirmBy: readonly Stream[];
  /** A peer that has to apply the last written event before the caller gets the answer. */
  readonly settle?: Settlement;
}

/**
 * The answer waits until a peer has applied the written events. If the peer can't, `statusOtherwise` is the status. A
 * replayed answer (same idempotency key) is settled again.
 */
export interface Settlement {
  readonly peer: Stream;
  /** The status if the peer did not apply the events in time; if absent, the status doesn't change. */
  readonly statusOtherwise?: number;
}

export interface Command<A extends Account, Needs = unknown> {
  readonly name: string;
  readonly customer: CustomerRef;
  /** Whether it registers a new customer, whose customer_id is then the id given to the command. */
  readonly registers?: boolean;
  /** The external_id that it claims. */
  readonly claims: string | null;
  /** The data that its decision needs in addition to the account's row. */
  readonly needs: Needs;
  readonly key: RequestKey | null;
  readonly origin: Origin;
  /** Decides; `account` is null if this service doesn't know the customer. */
  decide(account: A | null, context: DecisionContext): Decision<A>;
}

/** An answer stored under its idempotency key, and replayed byte for byte. */
export interface StoredAnswer {
  readonly key: RequestKey;
  readonly answer: Answer;
  /** For an answer that is settled: the peer, and the version that it has to apply. */
  readonly settle: { readonly settlement: Settlement; readonly customerId: number; readonly version: number } | null;
}
