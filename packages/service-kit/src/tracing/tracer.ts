/**
 * The tracing interface for all other code. Code that may start a span requests one, receives null if its trace is not
 * sampled, and continues without it. If tracing is off, there is no tracer. A request that is not traced costs only a
 * null check, and code that must not depend on the network, such as the protocol, needs only this file.
 */
import { ProblemError } from '../problem-error.ts';

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** Words and numbers that describe the work. Never data of callers: no names, amounts, bodies or queries. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A span that is being recorded. */
export interface Span {
  /** The W3C trace context of this span, the parent of all work that it causes. */
  readonly traceparent: string;
  child(kind: SpanKind, name: string, attributes: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  /** @param failure the kind of error that ended it: never a message, which may contain data of callers */
  end(failure?: string): void;
}

export interface Tracer {
  /**
   * Starts a child span of the one that a trace context names.
   *
   * @returns null if there is no valid context, or its trace is not sampled
   */
  begin(kind: SpanKind, name: string, parent: string | null, attributes: SpanAttributes): Span | null;
  /**
   * Starts the first span of an external request: as a child of the span that its trace context names, or in a new
   * trace. The sampler decides whether it is recorded, and the trace context passes the decision on.
   */
  enter(
    name: string,
    parent: string | null,
    attributes: SpanAttributes,
  ): { readonly traceparent: string; readonly span: Span | null };
}

/** The kind of an error, as recorded in a span. */
export function failureOf(error: unknown): string {
  if (error instanceof ProblemError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

/** Ends a span with the outcome of some work. */
export async function endedBy<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}
