import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Scope } from '../scopes.ts';
import { STREAMS, type Stream } from '../streams.ts';

/** The services behind the gateway: those of the streams, and webhooks, which delivers events by HTTP. */
export const SERVICE_NAMES = [...STREAMS, 'webhooks'] as const;
export type ServiceName = Stream | 'webhooks';

type Method = 'GET' | 'POST' | 'PATCH';

export interface Operation {
  /** Its name in the table. */
  readonly id: string;
  readonly method: Method;
  /** Parameters are in braces; there is no trailing slash. */
  readonly path: string;
  /** The service to which the gateway forwards the operation, or the gateway itself. */
  readonly service: ServiceName | 'gateway';
  /** The scope that a caller needs. */
  readonly scope: Scope;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** The JSON body; left out if the operation has none, or reads a stream. */
  readonly body?: z.ZodType;
  /** The media types of a body of any size that is read as a stream. */
  readonly stream?: readonly string[];
  readonly answers: Readonly<Record<number, z.ZodType>>;
  readonly problems: readonly ProblemCode[];
  /**
   * Whether the answer concerns one customer, and so carries a Consistency-Token. `filtered`: a list that carries one
   * only if a filter names the customer.
   */
  readonly token: boolean | 'filtered';
}

/** An entry of the table, whose name there is the id of the operation. */
export type OperationEntry = Omit<Operation, 'id'>;

/**
 * Whether an operation takes an Idempotency-Key, and so takes effect only once per key. The gateway's own writes reject
 * the header: it stores API keys only as hashes, so it must not store answers that contain them.
 */
export const isIdempotent = ({ method, service }: Operation): boolean => method !== 'GET' && service !== 'gateway';

/** Whether an operation is served by the service of a stream, whose data has versions. */
export const isOfStream = ({ service }: Operation): boolean => (STREAMS as readonly string[]).includes(service);

/** Whether an operation returns a page. */
export const isPaged = (operation: Operation): boolean => operation.method === 'GET' && operation.query !== undefined;
