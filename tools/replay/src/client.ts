/**
 * A client of the gateway that retries: a request without an answer, or with a status that asks for a retry, is sent
 * again until it is answered. So a restart behind the gateway causes only a delay. Each POST has an idempotency key,
 * which makes retries safe.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@mo/command';
import { HEADERS } from '@mo/contracts';
import { type Dispatcher, Pool } from 'undici';

export interface ClientLimits {
  /** How long one attempt may take. */
  readonly requestTimeoutMs: number;
  /** How long a request is retried before the replay gives up. */
  readonly retryTimeoutMs: number;
  /** How long the gateway may take to become ready. */
  readonly readyTimeoutMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

export const CLIENT_LIMITS: ClientLimits = {
  requestTimeoutMs: 30_000,
  retryTimeoutMs: 120_000,
  readyTimeoutMs: 60_000,
  backoffMinMs: 50,
  backoffMaxMs: 5_000,
};

const retryAfterMaxMs = 30_000;
const answerBytesMax = 16 * 1024 * 1024;
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface Answer {
  readonly status: number;
  /** Parsed JSON, or the text if it is not JSON. */
  readonly body: unknown;
  /** Whether it is the stored answer of an earlier request with the same idempotency key. */
  readonly isReplayed: boolean;
  /** How often the request was sent, at least 1. */
  readonly attempts: number;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

interface Attempt {
  readonly answer?: Omit<Answer, 'attempts'>;
  /** Why the request has to be sent again. */
  readonly trouble?: string;
  readonly retryAfterMs?: number | undefined;
}

export class GatewayClient {
  readonly #pool: Pool;
  readonly #url: string;
  readonly #limits: ClientLimits;
  readonly #authorization: string;

  /** @param connections maximum number of concurrent requests */
  constructor(target: { url: string; key: string }, connections: number, limits = CLIENT_LIMITS) {
    this.#url = target.url;
    this.#authorization = `Bearer ${target.key}`;
    this.#limits = limits;
    this.#pool = new Pool(target.url, {
      connections,
      connectTimeout: limits.requestTimeoutMs,
      headersTimeout: limits.requestTimeoutMs,
      bodyTimeout: limits.requestTimeoutMs,
      maxResponseSize: answerBytesMax,
    });
  }

  /**
   * Waits until the gateway reports that it is ready; calls `onWait` once if it is not ready at first.
   *
   * @throws CommandError if it takes longer than `readyTimeoutMs`
   */
  async untilReady(onWait: () => void): Promise<void> {
    const giveUpAt = Date.now() + this.#limits.readyTimeoutMs;
    for (let attempts = 1; ; attempts++) {
      const { answer, trouble } = await this.#attempt({ method: 'GET', path: '/readyz', headers: {} });
      if (answer?.status === 200) return;
      const state = trouble ?? `it answers ${answer?.status}`;
      if (Date.now() >= giveUpAt)
        throw new CommandError(`${this.#url} is not ready after ${this.#limits.readyTimeoutMs} ms: ${state}`);
      if (attempts === 1) onWait();
      await sleep(this.#backoffMs(attempts));
    }
  }

  /** Reads a resource. @throws CommandError as {@link post} */
  get(path: string, signal?: AbortSignal): Promise<Answer> {
    return this.#send({ method: 'GET', path, headers: { authorization: this.#authorization } }, signal);
  }

  /**
   * Creates a resource, exactly once for its key.
   *
   * @throws CommandError if the gateway refuses the API key, or does not answer within `retryTimeoutMs`
   */
  post(path: string, body: object, idempotencyKey: string, signal?: AbortSignal): Promise<Answer> {
    const headers = {
      authorization: this.#authorization,
      'content-type': 'application/json',
      [HEADERS.idempotencyKey]: idempotencyKey,
    };
    return this.#send({ method: 'POST', path, headers, body: JSON.stringify(body) }, signal);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send(call: Call, signal?: AbortSignal): Promise<Answer> {
    const startedAt = Date.now();
    for (let attempts = 1; ; attempts++) {
      const { answer, trouble, retryAfterMs } = await this.#attempt(call, signal);
      if (answer?.status === 401 || answer?.status === 403)
        throw new CommandError(`the gateway refuses the API key: ${answer.status} to ${call.method} ${call.path}`);
      if (answer !== undefined) return { ...answer, attempts };
      const waitMs = Math.max(retryAfterMs ?? this.#backoffMs(attempts), this.#limits.backoffMinMs);
      if (Date.now() + waitMs - startedAt > this.#limits.retryTimeoutMs)
        throw new CommandError(`gave up on ${call.method} ${call.path} after ${attempts} attempts: ${trouble}`);
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  async #attempt(call: Call, signal?: AbortSignal): Promise<Attempt> {
    try {
      return await readAnswer(await this.#pool.request({ ...call, signal: signal ?? null }));
    } catch (error) {
      if (signal?.aborted) throw error;
      // A failed connection to several addresses has a code, but no message.
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'UND_ERR_INVALID_ARG') throw new CommandError(`cannot send: ${message}`, { cause: error });
      return { trouble: message || (code ?? 'no answer') };
    }
  }

  /**
   * Exponential backoff up to a limit, shortened at random by up to half, so that callers do not retry at the same
   * time.
   */
  #backoffMs(attempts: number): number {
    const { backoffMinMs, backoffMaxMs } = this.#limits;
    const waitMs = Math.min(backoffMinMs * 2 ** (attempts - 1), backoffMaxMs);
    return waitMs - randomInt(Math.ceil(waitMs / 2) + 1);
  }
}

async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Attempt> {
  const text = await body.text();
  if (RETRYABLE.has(statusCode))
    return { trouble: `it answers ${statusCode}`, retryAfterMs: readRetryAfter(headers['retry-after']) };
  const isReplayed = headers[HEADERS.idempotencyReplayed] === 'true';
  return { answer: { status: statusCode, body: parseLeniently(text), isReplayed } };
}

/** Converts seconds or an HTTP date to ms from now, up to a limit; undefined for anything else. */
function readRetryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), retryAfterMaxMs);
}

function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
