/**
 * Traces, as the rest of the code sees them. Whoever could begin a span asks for one, gets null where its trace isn't
 * recorded, and goes on without it; where tracing is off there is no tracer at all. So a request that isn't traced costs
 * a look at null, and code that must know nothing of the network, such as the protocol, needs no more than this file.
 */
import { ProblemError } from '../problem-error.ts';

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** Words and numbers that tell what was done, and never what callers sent: no names, amounts, bodies or queries. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A span that is being recorded. */
export interface Span {
  /** The trace context (W3C) that names it: what it brings about has it as its parent. */
  readonly traceparent: string;
  child(kind: SpanKind, name: string, attributes: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  /** @param failure the kind of error that ended it: a word, never a message, for that may hold what callers sent */
  end(failure?: string): void;
}

export interface Tracer {
  /**
   * Begins a span below the one that a trace context names.
   *
   * @returns null where the context is none, or its trace isn't recorded
   */
  begin(kind: SpanKind, name: string, parent: string | null, attributes: SpanAttributes): Span | null;
  /**
   * Begins the first span of a request from outside: below the one that its trace context names, or of a new trace. The
   * sampler decides whether that is recorded; the trace context tells everybody behind.
   */
  enter(
    name: string,
    parent: string | null,
    attributes: SpanAttributes,
  ): { readonly traceparent: string; readonly span: Span | null };
}

/** The kind of an error, as a span tells it. */
export function failureOf(error: unknown): string {
  if (error instanceof ProblemError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

/** Ends a span with what some work comes to. */
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
