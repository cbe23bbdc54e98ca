/**
 * A well-behaved API caller: each attempt has a timeout, and a failed attempt or a 503 is retried with the same
 * Idempotency-Key until there is an answer. Every answer is validated against the contract.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { type Operation, type OperationId, operations, problem, STREAMS } from '@mo/contracts';
import { Agent } from 'undici';
import type { Recovery } from '../faults/recovery.ts';
import type { Tally } from '../tally.ts';

const CONNECTIONS_MAX = 256;
/** Callers differ in patience; impatient ones retry while their first attempt is still running. */
export const ATTEMPT_TIMEOUTS_MS = [2_000, 5_000, 15_000, 35_000];
/**
 * Phases with and without patient callers alternate: the system must also detect failures that only a long wait of a
 * patient caller would reveal to all others.
 */
export const PATIENCE_TURN_MS = 120_000;
export const IMPATIENT_TIMEOUT_MS_MAX = 5_000;
const PAUSE_MS = 120;
/** Longer than any fault makes a caller wait. */
const ANSWER_MS_MAX = 120_000;

export interface Call {
  readonly id: OperationId;
  readonly params?: Readonly<Record<string, number>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent verbatim instead of a JSON body, with its type. */
  readonly text?: { readonly type: string; readonly content: string };
  readonly key?: string;
  readonly token?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly token: string | null;
  readonly isReplayed: boolean;
  /** The number of attempts. */
  readonly attempts: number;
}

export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/**
 * Counts an error that ended a caller's operation as a violation. {@link Unanswered} is counted already; any other
 * error means that the caller could not handle an answer.
 */
export function noteEnd(tally: Pick<Tally, 'violate'>, error: unknown): undefined {
  if (!(error instanceof Unanswered)) tally.violate('callers can handle every answer', inspect(error));
  return undefined;
}

/** What counts calls. */
type Counts = Pick<Tally, 'operation' | 'answer' | 'failure'>;

interface CallerParts {
  readonly url: string;
  readonly apiKey: string;
  readonly tally: Tally;
  readonly recovery: Recovery;
}

export class Caller {
  readonly #parts: CallerParts;
  readonly #agent = new Agent({ connections: CONNECTIONS_MAX, pipelining: 1 });

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  /**
   * Retries until there is an answer other than 503.
   *
   * @param counts the run's tally, unless the call is no part of its load
   * @throws Unanswered if there is none in time; this counts as a violation
   */
  async insist(call: Call, timeoutMs: number, counts: Counts = this.#parts.tally): Promise<Answer> {
    const fromMs = performance.now();
    for (let attempts = 1; ; attempts += 1) {
      const answer = await this.attempt(call, timeoutMs, counts);
      const durationMs = performance.now() - fromMs;
      if (answer !== null) {
        counts.operation({ attempts, isAnswered: true, durationMs });
        return { ...answer, attempts };
      }
      if (durationMs > ANSWER_MS_MAX) {
        counts.operation({ attempts, isAnswered: false, durationMs });
        this.#parts.tally.violate('every request is eventually answered', textOf(call));
        throw new Unanswered(textOf(call));
      }
      await delay(PAUSE_MS * (0.5 + Math.random()));
    }
  }

  /** One attempt; null if it failed, got a 503, or an answer that violates the contract. */
  async attempt(call: Call, timeoutMs: number, counts: Counts = this.#parts.tally): Promise<Answer | null> {
    const { tally, recovery } = this.#parts;
    const operation: Operation = operations[call.id];
    const beganMs = performance.now();
    try {
      const { status, text, headers } = await this.#send(operation, call, timeoutMs);
      counts.answer(status);
      if (status === 503 && headers['retry-after'] === undefined)
        tally.violate('a 503 says when to retry', `${textOf(call)}: ${text}`);
      if (status >= 500) {
        if (status !== 503) tally.violate('no answer is an internal error', `${textOf(call)}: ${status} ${text}`);
        return null;
      }
      const body = this.#checked(operation, call, status, text);
      if (body === null) return null;
      const { method, service } = operation;
      const written = method === 'GET' ? undefined : STREAMS.find((stream) => stream === service);
      recovery.success(written ?? null, beganMs);
      return {
        status,
        text,
        body,
        token: (headers['consistency-token'] as string | undefined) ?? null,
        isReplayed: headers['idempotency-replayed'] === 'true',
        attempts: 1,
      };
    } catch (error) {
      counts.failure(nameOf(error));
      return null;
    }
  }

  async #send(operation: Operation, call: Call, timeoutMs: number) {
    const { url, apiKey } = this.#parts;
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => String(call.params?.[name]));
    const query = new URLSearchParams(call.query).toString();
    const type = call.text?.type ?? (call.body === undefined ? undefined : 'application/json');
    const content = call.text?.content ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    const response = await this.#agent.request({
      origin: url,
      path: query === '' ? path : `${path}?${query}`,
      method: operation.method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
        ...(call.token == null ? {} : { 'consistency-token': call.token }),
      },
      ...(content === undefined ? {} : { body: content }),
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  }

  #checked(operation: Operation, call: Call, status: number, text: string): Record<string, unknown> | null {
    try {
      const body = JSON.parse(text) as Record<string, unknown>;
      const schema = operation.answers[status];
      if (schema === undefined) problem.parse(body);
      else schema.parse(body);
      return body;
    } catch (error) {
      const { violate } = this.#parts.tally;
      violate('every answer matches the contract', `${textOf(call)}: ${status} ${text}: ${(error as Error).message}`);
      return null;
    }
  }
}

/** A call in one line, for the report. */
export const textOf = (call: Call): string =>
  `${call.id} ${JSON.stringify({ ...call, text: call.text?.content.slice(0, 40) })}`;

function nameOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'TimeoutError') return 'timeout of the caller';
  return typeof code === 'string' ? code : String(name);
}
