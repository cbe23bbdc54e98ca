/** Turns an operation of the contract into a route: validation in the order that the API promises, then the handler. */
import {
  type ConsistencyToken,
  canonicalJson,
  consistencyToken,
  HEADERS,
  idempotencyKey,
  isIdempotent,
  isIdOfNothing,
  mergeTokens,
  type Operation,
} from '@mo/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Answer } from './answer.ts';
import { sha256 } from './digest.ts';
import type { Gate } from './gate.ts';
import { pathOf } from './paths.ts';
import { invalid, ProblemError, UnreadableBodyError } from './problem-error.ts';
import { sendAnswer } from './send.ts';
import { acceptTraceparent } from './trace.ts';
import { validate } from './validation.ts';

/** An Idempotency-Key with its scope, and a fingerprint of the body that it came with. */
export interface RequestKey {
  /** SHA-256 of caller, method, path and key. */
  readonly id: Buffer;
  /** SHA-256 of the body as canonical JSON. */
  readonly fingerprint: Buffer;
}

/** The origin of a request, for logs, problems and events. */
export interface Origin {
  readonly requestId: string;
  /** W3C trace context, or null. */
  readonly traceparent: string | null;
  /** Whether nobody waits for the answer any more, so that the work can be skipped. */
  readonly isGone?: () => boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation of a route; left out for routes outside the API. */
    operation?: Operation;
  }
}

type Parsed<O extends Operation, Part extends 'params' | 'query' | 'body'> = O[Part] extends z.ZodType
  ? z.infer<O[Part]>
  : undefined;

/** A request with all parts validated. */
export interface ValidRequest<O extends Operation> {
  readonly params: Parsed<O, 'params'>;
  readonly query: Parsed<O, 'query'>;
  readonly body: Parsed<O, 'body'>;
  readonly key: RequestKey | null;
  readonly token: ConsistencyToken | null;
  readonly origin: Origin;
  /** The caller, as stated by the gateway. */
  readonly caller: string;
  /** Path and query as received, for links. */
  readonly url: string;
}

export interface RouteHooks {
  /** Whether an answer is stored under the key; an invalid body then means that the key was reused. */
  isKeyUsed: (key: RequestKey) => Promise<boolean>;
  /** Waits until this service has seen everything that the token covers. */
  catchUp: (token: ConsistencyToken) => Promise<void>;
  /** Limits concurrent reads, so that database capacity remains for writes. */
  reads?: Gate;
}

export interface RouteOptions {
  /** The handler itself limits how much it reads at once, and needs no turn of `RouteHooks.reads`. */
  readonly boundsReads?: boolean;
}

export type Handler<O extends Operation> = (request: ValidRequest<O>) => Promise<Answer>;

/** Converts a path of the contract to the router's syntax: `/loans/{loan_id}` becomes `/loans/:loan_id`. */
export const routeUrl = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** Returns functions that register operations on a server. */
export function routesOf(app: FastifyInstance, hooks: RouteHooks) {
  return <O extends Operation>(operation: O, handler: Handler<O>, { boundsReads = false }: RouteOptions = {}): void => {
    const gate = operation.method === 'GET' && !boundsReads ? hooks.reads : undefined;
    const compiled = compiledParts(operation);
    app.route({
      method: operation.method,
      url: routeUrl(operation.path),
      config: { operation },
      // Errors thrown or sent here reach the error handler of the server.
      errorHandler: (error, request, reply) => {
        if (!(error instanceof UnreadableBodyError)) throw error;
        const send = (refusal: unknown) => void reply.send(refusal);
        void refusalOf(error, operation, request, hooks).then(send, send);
      },
      handler: async (request, reply) => {
        const valid = await validRequest(compiled, request, hooks);
        if (valid.token !== null) await hooks.catchUp(valid.token);
        const answer = await (gate?.pass(() => handler(valid), isGoneOf(request)) ?? handler(valid));
        return sendAnswer(
          reply,
          answer.token === null ? answer : { ...answer, token: mergeTokens(answer.token, valid.token) },
        );
      },
    });
  };
}

/** The operation with compiled schemas, because they validate every request (https://zod.dev/compile). */
const compiledParts = <O extends Operation>(operation: O): O => ({
  ...operation,
  ...(operation.params !== undefined && { params: z.compile(operation.params, { strict: true }) }),
  ...(operation.query !== undefined && { query: z.compile(operation.query, { strict: true }) }),
  ...(operation.body !== undefined && { body: z.compile(operation.body, { strict: true }) }),
});

/** The parameters of an operation that has none. */
const noParameters = z.compile(z.strictObject({}), { strict: true });

/** The validated parameters; undefined if the operation has none. @throws ProblemError invalid_request */
function queryOf({ query: schema }: Operation, request: FastifyRequest): unknown {
  const { url } = request;
  if (schema === undefined && !url.includes('?')) return undefined;
  if (!isDecodable(url)) throw invalid('query', '', 'must be percent-encoded UTF-8', 'invalid_encoding');
  const validated = validate(schema ?? noParameters, request.query, 'query');
  return schema === undefined ? undefined : validated;
}

/** Whether a URL can be decoded. Otherwise its parameters would be used as they are written, and find nothing. */
function isDecodable(url: string): boolean {
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether the caller of a request has disconnected. */
export const isGoneOf = (request: FastifyRequest) => (): boolean => request.raw.socket?.destroyed === true;

async function validRequest<O extends Operation>(
  operation: O,
  request: FastifyRequest,
  hooks: RouteHooks,
): Promise<ValidRequest<O>> {
  const key = keyOf(operation, request);
  const params = part(operation.params, request.params, 'path') as Parsed<O, 'params'>;
  let query: unknown;
  let token: ConsistencyToken | null = null;
  try {
    query = queryOf(operation, request);
    token = tokenOf(request);
  } catch (error) {
    // If the key was used before, its answer is replayed, whatever parameters and token are.
    if (!(await isUsed(key, hooks))) throw error;
  }
  const body = await validBody(operation, request, key, hooks);
  refuseLongIds(params ?? {}, request.params);
  return {
    params,
    query: query as Parsed<O, 'query'>,
    token,
    body,
    key,
    origin: {
      requestId: request.id,
      traceparent: acceptTraceparent(request.headers[HEADERS.traceparent]),
      isGone: isGoneOf(request),
    },
    caller: callerOf(request),
    url: request.url,
  };
}

/**
 * Refuses a path with an id that is longer than any of ours. Handlers don't get such an id as the caller wrote it, so
 * they could not name it.
 *
 * @throws ProblemError not_found
 */
function refuseLongIds(params: object, given: unknown): void {
  const long = Object.entries(params).find(([, id]) => isIdOfNothing(id));
  if (long === undefined) return;
  const [name] = long;
  throw new ProblemError(
    'not_found',
    `there is no ${name.replace('_id', '')} ${(given as Record<string, string>)[name]}`,
  );
}

const callerOf = ({ headers }: FastifyRequest): string => String(headers[HEADERS.caller] ?? '');

/** An invalid body cannot be the one that a used key came with. */
async function validBody<O extends Operation>(
  operation: O,
  request: FastifyRequest,
  key: RequestKey | null,
  hooks: RouteHooks,
): Promise<Parsed<O, 'body'>> {
  try {
    return part(operation.body, request.body, 'body') as Parsed<O, 'body'>;
  } catch (error) {
    if (await isUsed(key, hooks)) throw keyReused();
    throw error;
  }
}

/** Nor can an unreadable body. */
async function refusalOf(
  error: UnreadableBodyError,
  operation: Operation,
  request: FastifyRequest,
  hooks: RouteHooks,
): Promise<ProblemError> {
  return (await isUsed(keyOf(operation, request), hooks)) ? keyReused() : error;
}

const isUsed = async (key: RequestKey | null, { isKeyUsed }: RouteHooks): Promise<boolean> =>
  key !== null && (await isKeyUsed(key));

/** The same key was used before with another body. */
export const keyReused = (): ProblemError =>
  new ProblemError('idempotency_key_reused', 'this Idempotency-Key was used before with another body');

const part = (schema: z.ZodType | undefined, value: unknown, where: 'path' | 'body') =>
  schema === undefined ? undefined : validate(schema, value, where);

/**
 * The id of the request's Idempotency-Key; null if it has none.
 *
 * @throws ProblemError invalid_request
 */
export function keyIdOf(operation: Operation, request: FastifyRequest): Buffer | null {
  const text = request.headers[HEADERS.idempotencyKey];
  if (text === undefined) return null;
  validateHeader(idempotencyKey, text, HEADERS.idempotencyKey);
  const scope = [callerOf(request), operation.method, pathOf(request).replace(/\/$/, ''), text];
  return sha256(scope.join('\n'));
}

function keyOf(operation: Operation, request: FastifyRequest): RequestKey | null {
  if (!isIdempotent(operation)) return refuseKey(operation, request);
  const id = keyIdOf(operation, request);
  return id === null ? null : { id, fingerprint: sha256(canonicalJson(request.body ?? {})) };
}

/** Refuses a key where no answers are stored, because it would have no effect. @throws ProblemError invalid_request */
function refuseKey({ method }: Operation, { headers }: FastifyRequest): null {
  const isGiven = method !== 'GET' && headers[HEADERS.idempotencyKey] !== undefined;
  if (isGiven) throw invalid('header', `/${HEADERS.idempotencyKey}`, NO_STORED_ANSWERS, 'not_supported');
  return null;
}

const NO_STORED_ANSWERS = 'is not supported here: this operation stores no answers';

/** The request's Consistency-Token; null if it has none. @throws ProblemError invalid_request */
export function tokenOf(request: FastifyRequest): ConsistencyToken | null {
  const text = request.headers[HEADERS.consistencyToken];
  return text === undefined ? null : validateHeader(consistencyToken, text, HEADERS.consistencyToken);
}

function validateHeader<T extends z.ZodType>(schema: T, value: unknown, name: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // Lines of the same name arrive joined by ", " (RFC 9110, 5.3).
  if (String(value).includes(', ')) throw invalid('header', `/${name}`, 'must be given once', 'repeated');
  throw invalid('header', `/${name}`, result.error.issues[0]?.message ?? 'is not valid');
}
