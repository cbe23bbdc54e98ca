import { randomFillSync, randomUUID } from 'node:crypto';

/** Only together with the length and the dashes below: to count within the expression takes twice as long. */
const TRACEPARENT = /^00-(?!0+-)[0-9a-f]+-(?!0+-)[0-9a-f]+-[0-9a-f]+$/;
const TRACEPARENT_LENGTH = 55;
const DASHES = [35, 52] as const;
const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** A trace context that came from outside, where it is well-formed (W3C Trace Context, version 00). */
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

/** Random bytes are fetched in bulk. */
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

/** The trace id within a trace context. */
export const traceIdOf = (traceparent: string | null): string | undefined => traceparent?.slice(3, 35);

/** The id of the span that a trace context names. */
export const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52);

const SAMPLED = 1;

/** Whether the trace is recorded. */
export const isSampled = (traceparent: string): boolean =>
  (Number.parseInt(traceparent.slice(53), 16) & SAMPLED) === SAMPLED;

/** The same context for what isn't to be recorded, though it belongs to the trace. */
export const unsampled = (traceparent: string): string => `${traceparent.slice(0, 53)}00`;

/** A request id that came from outside, where it is harmless; otherwise a new one. */
export const requestIdFrom = (text: unknown): string =>
  typeof text === 'string' && REQUEST_ID.test(text) ? text : randomUUID();
