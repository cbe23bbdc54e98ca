import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Scope } from '../scopes.ts';
import type { Stream } from '../streams.ts';

export type Method = 'GET' | 'POST' | 'PATCH';

export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** With parameters in braces, without a trailing slash. */
  readonly path: string;
  /** Who serves it; the gateway passes it on to a service, or does it itself. */
  readonly service: Stream | 'gateway';
  /** What a caller needs. */
  readonly scope: Scope;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** The JSON body; left out where there is none, or where it isn't plain JSON. */
  readonly body?: z.ZodType;
  /** A body that is read as a stream, of any size, in one of these media types. */
  readonly stream?: readonly string[];
  readonly answers: Readonly<Record<number, z.ZodType>>;
  readonly problems: readonly ProblemCode[];
  /** Whether the answer concerns one customer, and so carries a Consistency-Token. */
  readonly token: boolean;
}

/** Whether an operation's effect is done once for an Idempotency-Key. A new key is shown once, and never again. */
export const isIdempotent = ({ method, service }: Operation): boolean => method !== 'GET' && service !== 'gateway';

/** Whether an operation answers a page. */
export const isPaged = (operation: Operation): boolean => operation.method === 'GET' && operation.query !== undefined;
