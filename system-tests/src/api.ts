/**
 * The API as callers use it. Every answer is validated against the contract, so an answer that violates its schema
 * fails the test.
 */
import { type Operation, type OperationId, operations, problem } from '@mo/contracts';
import { Agent, type Dispatcher } from 'undici';

const CONNECTIONS_MAX = 64;
const TIMEOUT_MS = 30_000;
/** As long as `waitFor` waits; the last call may begin just before. */
const INSIST_MS = 45_000;
const RETRY_PAUSE_MS = 100;

export interface ApiAnswer<Body = Record<string, never>> {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly token: string | null;
  readonly replayed: boolean;
}

export interface ApiRequest {
  readonly params?: Record<string, number>;
  readonly query?: Record<string, string | number>;
  readonly body?: unknown;
  readonly key?: string;
  readonly token?: string | null;
}

export class Api {
  readonly #agent = new Agent({ connections: CONNECTIONS_MAX, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  readonly #url: string;
  readonly #apiKey: string;

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  /** Calls an operation, and validates the answer. */
  async call<Body>(id: OperationId, request: ApiRequest = {}): Promise<ApiAnswer<Body>> {
    const operation: Operation = operations[id];
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => String(request.params?.[name]));
    const query = new URLSearchParams(
      Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const response = await this.raw({
      method: operation.method,
      path: query.size === 0 ? path : `${path}?${query.toString()}`,
      headers: {
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
        ...(request.token == null ? {} : { 'consistency-token': request.token }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const text = await response.body.text();
    const { statusCode: status, headers } = response;
    return {
      status,
      body: checked<Body>(operation, status, text),
      text,
      token: (headers['consistency-token'] as string | undefined) ?? null,
      replayed: headers['idempotency-replayed'] === 'true',
    };
  }

  /** Like {@link call}, but see {@link insisting}. */
  insist<Body>(id: OperationId, request: ApiRequest = {}): Promise<ApiAnswer<Body>> {
    return insisting(() => this.call<Body>(id, request));
  }

  /** Sends any request, with the key. */
  raw(options: Omit<Dispatcher.RequestOptions, 'origin'>): Promise<Dispatcher.ResponseData> {
    const headers = { authorization: `Bearer ${this.#apiKey}`, ...(options.headers as Record<string, string>) };
    return this.#agent.request({ ...options, origin: this.#url, headers });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}

/** Repeats a call for a while if its answer is 503, which means unavailable for now and not refused. */
export async function insisting<Answer extends { readonly status: number }>(
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (const endMs = Date.now() + INSIST_MS; ; ) {
    const answer = await call();
    if (answer.status !== 503 || Date.now() > endMs) return answer;
    await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
  }
}

function checked<Body>(operation: Operation, status: number, text: string): Body {
  const body: unknown = JSON.parse(text);
  const schema = operation.answers[status];
  if (schema !== undefined) return schema.parse(body) as Body;
  const { code } = problem.parse(body);
  const expected = ['invalid_request', 'unavailable', ...operation.problems];
  if (!expected.includes(code)) throw new Error(`${operation.id} answered ${status} ${text}`);
  return body as Body;
}
