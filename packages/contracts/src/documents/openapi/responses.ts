/** The responses of an operation: its results and every problem, each with headers and an example. */
import { z } from 'zod';
import type { ZodOpenApiExamplesObject, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { isIdempotent, isOfStream, isPaged, type Operation } from '../../operations/index.ts';
import { PROBLEMS, type ProblemCode, problem } from '../../problems.ts';
import { bulkProblem } from '../../rest/customers.ts';
import * as headers from './headers.ts';
import { problemExample } from './problem-examples.ts';
import type { OperationText } from './text.ts';

/** The problems that any operation may answer with. */
const ALWAYS: readonly ProblemCode[] = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'internal_error',
  'unavailable',
];
const WITH_BODY: readonly ProblemCode[] = ['unsupported_media_type', 'request_timeout'];

/**
 * Builds responses. Problems that are the same for every operation appear once in the document, as shared components.
 */
export class Responses {
  readonly #shared = new Map<ProblemCode, ZodOpenApiResponseObject>();

  of(operation: Operation, text: OperationText): ZodOpenApiResponsesObject {
    return Object.fromEntries([...results(operation, text), ...this.#problems(operation, text)]);
  }

  #problems(operation: Operation, text: OperationText): [string, ZodOpenApiResponseObject][] {
    const byStatus = Map.groupBy(codesOf(operation), (code) => PROBLEMS[code].status);
    return [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [String(status), this.#problem(operation, text, codes)]);
  }

  #problem(operation: Operation, text: OperationText, codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
    const [code] = codes as [ProblemCode, ...ProblemCode[]];
    if (isOwn(code, operation)) return problemResponse(operation, text, codes);
    const shared = this.#shared.get(code) ?? { id: idOf(code), ...problemResponse(operation, text, codes) };
    this.#shared.set(code, shared);
    return shared;
  }
}

function codesOf(operation: Operation): ProblemCode[] {
  const takesBody = operation.body !== undefined || operation.stream !== undefined;
  const codes: ProblemCode[] = [...ALWAYS, ...(takesBody ? WITH_BODY : []), ...operation.problems];
  // Only uploads have no size limit.
  if (operation.body !== undefined) codes.push('payload_too_large');
  return [...new Set(codes)];
}

/** Whether the text of a problem depends on the operation. */
const isOwn = (code: ProblemCode, operation: Operation): boolean =>
  code === 'invalid_request' ||
  code === 'unavailable' ||
  operation.problems.includes(code) ||
  (code === 'unsupported_media_type' && operation.stream !== undefined);

const RATE_HEADERS = {
  RateLimit: headers.rateLimitHeader,
  'RateLimit-Policy': headers.rateLimitPolicyHeader,
};

function results(operation: Operation, { answers }: OperationText): [string, ZodOpenApiResponseObject][] {
  const sent = z.object({
    'X-Request-Id': headers.requestIdHeader,
    ...RATE_HEADERS,
    ...tokenOf(operation),
    ...(isPaged(operation) ? { Link: headers.linkHeader } : {}),
    ...(isKept(operation) ? { 'Idempotency-Replayed': headers.replayedHeader } : {}),
  });
  return Object.entries(operation.answers).map(([status, schema]) => [
    status,
    {
      description: DONE[status] ?? 'Done.',
      headers: sent,
      content: { 'application/json': { schema, examples: { ...answers[Number(status)] } } },
    },
  ]);
}

const tokenOf = ({ token }: Operation): Record<string, z.ZodType> => {
  if (token === false) return {};
  return { 'Consistency-Token': token === 'filtered' ? headers.filteredTokenHeader : headers.tokenHeader };
};

const DONE: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Stored, not yet enforced.',
};

function problemResponse(
  operation: Operation,
  text: OperationText,
  codes: readonly ProblemCode[],
): ZodOpenApiResponseObject {
  const examples: ZodOpenApiExamplesObject = Object.fromEntries(
    codes.map((code) => [code, { summary: PROBLEMS[code].title, value: problemExample(code, operation, text) }]),
  );
  const schema = codes.includes('bulk_failed') ? bulkProblem : problem;
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].meaning}`).join('\n\n'),
    headers: z.object({ 'X-Request-Id': headers.requestIdHeader, ...headersOf(codes, operation) }),
    content: { 'application/problem+json': { schema, examples } },
  };
}

function headersOf([code]: readonly ProblemCode[], operation: Operation): Record<string, z.ZodType> {
  const status: number = code === undefined ? 0 : PROBLEMS[code].status;
  switch (status) {
    case 401:
      return { 'WWW-Authenticate': headers.authenticateHeader };
    case 409:
    case 422:
      return {
        ...(isKept(operation) && isOfStream(operation) ? { 'Consistency-Token': headers.refusalTokenHeader } : {}),
        ...(isKept(operation) ? { 'Idempotency-Replayed': headers.replayedHeader } : {}),
      };
    case 429:
      return { 'Retry-After': headers.retryAfterHeader, ...RATE_HEADERS };
    case 503:
      return { 'Retry-After': headers.retryAfterHeader };
    default:
      return {};
  }
}

/** Whether an answer is stored under its Idempotency-Key. The answer to a repeated upload is computed again instead. */
const isKept = (operation: Operation): boolean => isIdempotent(operation) && operation.stream === undefined;

/** The id of a shared response: `NotFound` for `not_found`. */
const idOf = (code: ProblemCode): string => code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
