import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Scope } from '../scopes.ts';
import { STREAMS, type Stream } from '../streams.ts';

/** Who serves operations behind the gateway: the services of the streams, and who tells of events by HTTP. */
export const SERVICE_NAMES = [...STREAMS, 'webhooks'] as const;
export type ServiceName = Stream | 'webhooks';

export type Method = 'GET' | 'POST' | 'PATCH';

export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** With parameters in braces, without a trailing slash. */
  readonly path: string;
  /** Who serves it; the gateway passes it on to a service, or does it itself. */
  readonly service: ServiceName | 'gateway';
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
  /**
   * Whether the answer concerns one customer, and so carries a Consistency-Token; `filtered` for a list that does so where a
   * filter names the customer.
   */
  readonly token: boolean | 'filtered';
}

/**
 * Whether an operation's effect is done once for an Idempotency-Key. Keys and secrets of webhooks are shown only once, so
 * answers with them can't be stored: other writes refuse an Idempotency-Key.
 */
export const isIdempotent = (operation: Operation): boolean => operation.method !== 'GET' && isOfStream(operation);

/** Whether an operation is served by the service of a stream, which keeps answers and knows of versions. */
export const isOfStream = ({ service }: Operation): boolean => (STREAMS as readonly string[]).includes(service);

/** Whether an operation answers a page. */
export const isPaged = (operation: Operation): boolean => operation.method === 'GET' && operation.query !== undefined;
