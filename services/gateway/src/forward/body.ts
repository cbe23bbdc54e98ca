/** A request's body on its way to a service, however many attempts that takes. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ProblemError } from '@mo/service-kit';

export interface RequestBody {
  /** Calls back when the first attempt can be made: with null, or with why the body isn't taken. */
  arrive(source: IncomingMessage, done: (refusal: ProblemError | null) => void): void;
  /** Whether nothing more of it is waited for. */
  readonly hasArrived: boolean;
  /** Whether it can still be sent from its start. */
  readonly canBeSent: boolean;
  /** What the next attempt sends. */
  content(): Buffer | Readable | null;
  /** Forgets it; what is still to come is passed over. */
  drop(): void;
}

export const bodyTooSlow = (): ProblemError => new ProblemError('request_timeout', 'the body came too slowly');

export const noBody: RequestBody = {
  arrive: (_source, done) => done(null),
  hasArrived: true,
  canBeSent: true,
  content: () => null,
  drop: () => {},
};
