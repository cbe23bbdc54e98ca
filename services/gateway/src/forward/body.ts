/** The body of a forwarded request, however many attempts that takes. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ProblemError } from '@mo/service-kit';

export interface RequestBody {
  /** Calls back when the first attempt can be made: with null, or with the reason why the body is refused. */
  arrive(source: IncomingMessage, done: (refusal: ProblemError | null) => void): void;
  /** Whether all of it has arrived. */
  readonly hasArrived: boolean;
  /** Whether it can still be sent from its start. */
  readonly canBeSent: boolean;
  /** The body for the next attempt. */
  content(): Buffer | Readable | null;
  /** Discards the body; data that still arrives is ignored. */
  drop(): void;
}

export const bodyTooSlow = (): ProblemError => new ProblemError('request_timeout', 'the body arrived too slowly');

export const noBody: RequestBody = {
  arrive: (_source, done) => done(null),
  hasArrived: true,
  canBeSent: true,
  content: () => null,
  drop: () => {},
};
