/**
 * One call of the API: where it goes, what it carries, and how often. A write gets an idempotency key, the same in each
 * attempt, so that it may be sent again whatever became of the one before; what concerns a customer carries its token.
 */
import { type CallFacts, NoAnswerError, ProblemError, UnexpectedAnswerError } from './errors.ts';
import { List } from './pages.ts';
import { backoffMs, mayComeBack, RETRY_LIMITS, type RetryLimits, retryAfterMs, wait } from './retry.ts';
import { ROUTES } from './routes.ts';
import { startTimeLimit, TIME_LIMIT_MS_MAX, unlessAborted } from './time-limit.ts';
import { type Ownership, type Subject, Tokens } from './tokens.ts';
import type { AnswerOf, OperationId, Page, PathOf, ProblemCode, QueryOf } from './types.ts';
import type { Body, OpenBody } from './upload.ts';
import { baseOf, filled, queryText } from './urls.ts';

const KEY_BYTES = 16;
const EXCERPT_LENGTH_MAX = 200;

export interface ClientOptions {
  /** Where the gateway is, such as `https://loans.example.com`. */
  readonly url: string;
  /** The API key, or a function that gives one: it is called before each attempt, whose time it is part of. */
  readonly apiKey: string | (() => string | Promise<string>);
  readonly retry?: Partial<RetryLimits>;
  /** What sends requests, instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What any call may be given. */
export interface CallOptions {
  /** Ends the call, its waits included, by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Of this call alone, instead of the client's: above 0. Infinity means 24 days. */
  readonly timeoutMs?: number | undefined;
  /**
   * Sent again under the same key, also by another process, a write to customers, loans or payments has its effect once.
   * Made up where it isn't given. Other writes take none.
   */
  readonly idempotencyKey?: string | undefined;
  /** The state that the call must see at least, instead of what this client knows of the customer. */
  readonly consistencyToken?: string | undefined;
  /** Told of the answer, beside its body. */
  readonly onAnswer?: ((info: AnswerInfo) => void) | undefined;
}

export interface AnswerInfo {
  readonly status: number;
  readonly attempts: number;
  /** Whether it is the stored answer to an earlier request with the same key. */
  readonly isReplayed: boolean;
  /** Finds the request in the logs. */
  readonly requestId: string | null;
  readonly consistencyToken: string | null;
}

/** What a call says, and whom it is about. */
export interface Call<Id extends OperationId> {
  readonly path?: PathOf<Id>;
  readonly query?: QueryOf<Id> | undefined;
  readonly body?: Body;
  readonly about?: Subject;
}

export interface Answer<Content> {
  readonly status: number;
  readonly body: Content;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Body | undefined;
  /** Whether it may be sent again, whatever became of it. */
  readonly isRepeatable: boolean;
  /** Whether it may be sent again after an answer that says that nothing was done: a stream can't be. */
  readonly isWhole: boolean;
  readonly idempotencyKey: string | null;
}

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
/** What came of one attempt. */
type Outcome = { readonly received: Received } | { readonly error: unknown; readonly isTimeout: boolean };

export class Caller {
  readonly tokens = new Tokens();
  readonly #base: string;
  readonly #apiKey: () => string | Promise<string>;
  readonly #limits: RetryLimits;
  readonly #fetch: typeof globalThis.fetch;

  /** @throws TypeError naming the option that can't be */
  constructor({ url, apiKey, retry = {}, fetch }: ClientOptions) {
    this.#base = baseOf(url);
    if (apiKey === '') throw new TypeError('apiKey must not be empty');
    this.#apiKey = typeof apiKey === 'function' ? apiKey : () => apiKey;
    this.#limits = { ...RETRY_LIMITS, ...retry };
    for (const [name, limit] of Object.entries(this.#limits)) checkLimit(`retry.${name}`, limit);
    // Called without the `this` of the caller, which the fetch of browsers refuses.
    this.#fetch = (...args) => (fetch ?? globalThis.fetch)(...args);
  }

  /** Calls an operation. @throws MoError, the reason of the signal, or TypeError for an option that can't be */
  async call<Id extends OperationId>(id: Id, call: Call<Id>, options: CallOptions = {}): Promise<Answer<AnswerOf<Id>>> {
    const request = this.#request(id, call, options);
    const { received, attempts } = await this.#send(request, options);
    const { status, headers, text } = received;
    const consistencyToken = headers.get('consistency-token');
    this.tokens.learn(consistencyToken);
    const body = parse(text);
    if (status >= 300 || body === undefined)
      throw refusal(request, received, body, {
        attempts,
        idempotencyKey: request.idempotencyKey,
        consistencyToken,
        retryAfterMs: retryAfterOf(received),
      });
    options.onAnswer?.({
      status,
      attempts,
      isReplayed: headers.get('idempotency-replayed') === 'true',
      requestId: headers.get('x-request-id'),
      consistencyToken,
    });
    return { status, body: body as AnswerOf<Id> };
  }

  /**
   * Lists what an operation pages through.
   *
   * @param ownerOf whose each row is, where it is a customer's
   */
  list<Id extends OperationId, Item>(
    id: Id,
    call: Call<Id>,
    ownerOf: (item: Item) => Ownership | null,
    options?: CallOptions,
  ): List<Item> {
    return new List<Item>(async (cursor) => {
      const query = cursor === undefined ? call.query : { ...(call.query as QueryOf<Id>), cursor };
      const { body } = await this.call(id, { ...call, query }, options);
      const page = body as Page<Item>;
      for (const item of page.results) {
        const owner = ownerOf(item);
        if (owner !== null) this.tokens.note(owner);
      }
      return page;
    });
  }

  #request<Id extends OperationId>(id: Id, { path, query, body, about }: Call<Id>, options: CallOptions): Request {
    const { method, path: template, isKeyed } = ROUTES[id];
    if (!isKeyed && method !== 'GET' && options.idempotencyKey !== undefined)
      throw new TypeError(`${id} takes no idempotencyKey: the API stores no answers of it`);
    const idempotencyKey = isKeyed ? (options.idempotencyKey ?? newKey()) : null;
    const token = options.consistencyToken ?? (about === undefined ? undefined : this.tokens.find(about));
    const headers = new Headers({ accept: 'application/json, application/problem+json' });
    if (body !== undefined) headers.set('content-type', body.type);
    if (idempotencyKey !== null) headers.set('idempotency-key', idempotencyKey);
    if (token !== undefined) headers.set('consistency-token', token);
    const url = `${this.#base}${filled(template, path ?? {})}${queryText(query ?? {})}`;
    const isWhole = body?.isRepeatable ?? true;
    const isRepeatable = (isKeyed || method === 'GET') && isWhole;
    return { method, url, headers, body, isRepeatable, isWhole, idempotencyKey };
  }

  async #send(request: Request, options: CallOptions): Promise<{ received: Received; attempts: number }> {
    const { signal, timeoutMs = this.#limits.timeoutMs } = options;
    checkLimit('timeoutMs', timeoutMs);
    const { attemptsMax } = this.#limits;
    const endMs = performance.now() + Math.min(timeoutMs, TIME_LIMIT_MS_MAX);
    for (let attempts = 1; ; attempts += 1) {
      signal?.throwIfAborted();
      const outcome = await this.#attempt(request, signal, endMs);
      const received = 'received' in outcome ? outcome.received : null;
      if (received !== null && !mayComeBack(received.status)) return { received, attempts };
      const askedMs = received === null ? null : retryAfterOf(received);
      const waitMs = (askedMs ?? 0) + backoffMs(attempts, this.#limits);
      const mayRepeat = received?.status === 429 ? request.isWhole : request.isRepeatable;
      if (attempts >= attemptsMax || !mayRepeat || performance.now() + waitMs >= endMs) {
        if ('received' in outcome) return { received: outcome.received, attempts };
        throw noAnswer(request, outcome, attempts);
      }
      await wait(waitMs, signal);
    }
  }

  async #attempt(request: Request, signal: AbortSignal | undefined, endMs: number): Promise<Outcome> {
    const limitMs = request.body?.isUpload === true ? Number.POSITIVE_INFINITY : this.#limits.attemptTimeoutMs;
    const time = startTimeLimit(Math.min(limitMs, endMs - performance.now()));
    const ended = AbortSignal.any(signal === undefined ? [time.signal] : [time.signal, signal]);
    let opened: OpenBody | undefined;
    let isReady = false;
    try {
      const apiKey = await unlessAborted(this.#apiKey(), ended);
      opened = request.body?.open();
      isReady = true;
      return { received: await this.#exchange(request, apiKey, opened, ended) };
    } catch (error) {
      signal?.throwIfAborted();
      const isTimeout = time.signal.aborted;
      // Nothing was sent: the caller's own function failed, which gives the key or opens the body.
      if (!isReady && !isTimeout) throw error;
      return { error, isTimeout };
    } finally {
      time.clear();
      opened?.close();
    }
  }

  async #exchange(
    { method, url, headers, body }: Request,
    apiKey: string,
    opened: OpenBody | undefined,
    signal: AbortSignal,
  ): Promise<Received> {
    const sent = new Headers(headers);
    sent.set('authorization', `Bearer ${apiKey}`);
    const response = await this.#fetch(url, {
      method,
      headers: sent,
      redirect: 'manual',
      signal,
      ...(opened === undefined ? {} : { body: opened.content }),
      ...(body?.isStream === true ? { duplex: 'half' } : {}),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

/** @throws TypeError */
function checkLimit(name: string, limit: number): void {
  if (!(limit > 0)) throw new TypeError(`${name} must be above 0, not ${limit}`);
}

/** Not `crypto.randomUUID`, which browsers have on secure pages alone. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The value of JSON; undefined where the text isn't JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How long an answer asks to wait from now on; null where it does not ask. */
const retryAfterOf = ({ headers }: Received): number | null => retryAfterMs(headers.get('retry-after'), Date.now());

function refusal({ method, url }: Request, { status, text }: Received, body: unknown, facts: CallFacts): Error {
  if (typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && status >= 400)
    return new ProblemError(body as ProblemError<ProblemCode>['problem'], facts);
  const excerpt = text.slice(0, EXCERPT_LENGTH_MAX);
  return new UnexpectedAnswerError(`${method} ${url} was answered ${status}: ${excerpt}`, facts, status);
}

function noAnswer(request: Request, { error, isTimeout }: Extract<Outcome, { error: unknown }>, attempts: number) {
  const { method, url, idempotencyKey } = request;
  const why = isTimeout ? 'it took too long' : reasonOf(error);
  const message = `no answer to ${method} ${url}: ${why}`;
  const facts = { attempts, idempotencyKey, consistencyToken: null, retryAfterMs: null };
  return new NoAnswerError(message, facts, isTimeout, error);
}

/** A failed fetch says only that it failed; its cause says why, and a cause of several addresses has a code alone. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message || String(error);
}
