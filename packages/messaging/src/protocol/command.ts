/**
 * A command is what a caller wants done to one customer. It is decided by pure code on the account as it is under lock;
 * whether the decision stands at once or must first be confirmed is for the protocol.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { Answer, Origin, RequestKey } from '@mo/service-kit';
import type { Account, NewEvent } from './account.ts';

/** Who a command concerns: by our id, by the caller's, or by both. A customer still to be registered has neither. */
export interface CustomerRef {
  readonly customerId?: number | undefined;
  readonly externalId?: string | undefined;
}

export interface DecisionContext {
  /** The time of the decision, in ms: taken after the locks, and never before the customer's last. */
  readonly nowMs: number;
  /** An id for what the command makes, given in arrival order. */
  readonly id: number;
  /** Whether the external_id that the command claims is taken. */
  readonly taken: boolean;
}

export interface Decision<A extends Account> {
  /** What happens, in order; nothing, for a plain refusal. */
  readonly events: readonly NewEvent[];
  /** What the caller is told, once it is written. */
  readonly answer: (after: A, written: readonly StreamEvent[]) => Omit<Answer, 'body' | 'token'> & { body: unknown };
  /**
   * For a refusal that rests on followed streams: those to pull before it is final, the ones that can restrict first and
   * the one that can relax last. Empty where the decision stands at once.
   */
  readonly confirmBy: readonly Stream[];
  /** A service that has to apply the last event written before the caller is answered. */
  readonly settle?: Settlement;
}

/** Answer only after a peer has applied what was written; where it can't, answer all the same, with another status. */
export interface Settlement {
  readonly peer: Stream;
  /** The status where the peer could not be reached in time; without it the status stays. */
  readonly statusOtherwise?: number;
  /** Whether an answer that is given again for the same key is settled again. */
  readonly everyTime: boolean;
}

export interface Command<A extends Account, Needs = unknown> {
  readonly name: string;
  readonly customer: CustomerRef;
  /** The customer_id of a customer that does not exist yet is the id given to the command. */
  readonly registers?: boolean;
  /** The external_id that it claims. */
  readonly claims: string | null;
  /** What its decision needs beside the account's own row. */
  readonly needs: Needs;
  readonly key: RequestKey | null;
  readonly origin: Origin;
  /** Decides; the account is null where the customer isn't known here. */
  decide(account: A | null, context: DecisionContext): Decision<A>;
}

/** An answer that is kept under its key, to be given again to the byte. */
export interface StoredAnswer {
  readonly key: RequestKey;
  readonly answer: Answer;
  /** For an answer that is settled each time: the peer, and the version that it has to apply. */
  readonly settle: { readonly settlement: Settlement; readonly customerId: number; readonly version: number } | null;
}
