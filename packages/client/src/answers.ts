/** What a call makes of the outcome of its attempts. */
import { type CallFacts, NoAnswerError, ProblemError, UnexpectedAnswerError } from './errors.ts';
import { retryAfterMs } from './retry.ts';
import type { ProblemCode } from './types.ts';

const EXCERPT_LENGTH_MAX = 200;

/** What the call asked for. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly idempotencyKey: string | null;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
/** The outcome of one attempt. */
export type Outcome = { readonly received: Received } | { readonly error: unknown; readonly isTimeout: boolean };

/** The value of a JSON text; undefined if the text isn't JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether an answer has the form of the API's: an object that is declared as JSON. */
export const isContent = (headers: Headers, body: unknown): body is object =>
  /^application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '') &&
  typeof body === 'object' &&
  body !== null &&
  !Array.isArray(body);

/** Whether the content of an answer has the rows of a page. */
export const isPage = (content: object): boolean => 'results' in content && Array.isArray(content.results);

/** The wait from now that Retry-After demands; null if the answer has no valid Retry-After. */
export const retryAfterOf = ({ headers }: Received): number | null =>
  retryAfterMs(headers.get('retry-after'), Date.now());

export function refusal({ method, url }: Asked, { status, text }: Received, body: unknown, facts: CallFacts): Error {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && status >= 400)
    return new ProblemError(body as ProblemError<ProblemCode>['problem'], facts);
  const excerpt = text.slice(0, EXCERPT_LENGTH_MAX);
  return new UnexpectedAnswerError(`${method} ${url} was answered ${status}: ${excerpt}`, facts, status);
}

export function noAnswer(asked: Asked, { error, isTimeout }: Extract<Outcome, { error: unknown }>, attempts: number) {
  const { method, url, idempotencyKey } = asked;
  const why = isTimeout ? 'it took too long' : reasonOf(error);
  const message = `no answer to ${method} ${url}: ${why}`;
  const facts = { attempts, idempotencyKey, consistencyToken: null, retryAfterMs: null };
  return new NoAnswerError(message, facts, isTimeout, error);
}

/**
 * The error of a failed fetch has no details; its cause does. If several addresses failed, the cause has only a code.
 */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message || String(error);
}
