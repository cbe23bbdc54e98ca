import { randomFillSync, randomUUID } from 'node:crypto';

/**
 * Valid only together with the checks of the length and the dashes below: counted repetitions would make the expression
 * take twice as long.
 */
const TRACEPARENT = /^00-(?!0+-)[0-9a-f]+-(?!0+-)[0-9a-f]+-[0-9a-f]+$/;
const TRACEPARENT_LENGTH = 55;
const DASHES = [35, 52] as const;
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** An incoming trace context if it is well-formed, otherwise null (W3C Trace Context, version 00). */
export const acceptTraceparent = (text: unknown): string | null =>
  typeof text === 'string' &&
  text.length === TRACEPARENT_LENGTH &&
  text[DASHES[0]] === '-' &&
  text[DASHES[1]] === '-' &&
  TRACEPARENT.test(text)
    ? text
    : null;

/** A new trace context, sampled. */
export const newTraceparent = (): string => `00-${randomHex(TRACE_ID_BYTES)}-${randomHex(SPAN_ID_BYTES)}-01`;

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Random bytes are drawn in bulk. */
const drawn = Buffer.alloc(3_072);
let used = drawn.length;

function randomHex(bytes: number): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += bytes;
  return drawn.toString('hex', used - bytes, used);
}

/** The trace id of a trace context. */
export const traceIdOf = (traceparent: string | null): string | undefined => traceparent?.slice(3, 35);

/** The id of the span that a trace context names. */
export const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52);

const SAMPLED = 1;

/** Whether the trace is sampled. */
export const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(53), 16) & SAMPLED) === SAMPLED;

/** The same context with the sampled flag cleared, for work that belongs to the trace but is not recorded. */
export const unsampled = (traceparent: string): string => `${traceparent.slice(0, 53)}00`;

/** An incoming request id if it is harmless; otherwise a new one. */
export const requestIdFrom = (text: unknown): string =>
  typeof text === 'string' && REQUEST_ID.test(text) ? text : randomUUID();
