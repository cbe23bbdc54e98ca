import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { consistencyToken, idempotencyKey } from '../headers.ts';
import { isIdempotent, type Operation, operations } from '../operations.ts';
import { PROBLEMS, type ProblemCode, problem } from '../problems.ts';

/** Of the API, not of what serves it. The first number changes only where a client that works could stop working. */
export const API_VERSION = '1.0.0';

const ALWAYS: ProblemCode[] = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'internal_error',
  'unavailable',
];
const WITH_BODY: ProblemCode[] = ['payload_too_large', 'unsupported_media_type', 'request_timeout'];

const text = z.string();
const tokenHeader = { 'Consistency-Token': text.meta({ description: 'Send it on to read at least this state' }) };
const linkHeader = { Link: text.meta({ description: 'RFC 8288, `rel="next"`, where there is a next page' }) };
const replayedHeader = {
  'Idempotency-Replayed': z.literal('true').meta({ description: 'This answer was given before for the same key' }),
};
const retryHeader = { 'Retry-After': z.string().meta({ description: 'Seconds' }) };

/** The OpenAPI 3.1 document of the whole API. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of Object.values<Operation>(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'MO Loans',
      version: API_VERSION,
      description:
        'Customers with a credit line, their loans and their payments. Money is a string with two decimals. Errors are RFC 9457 problem details with a stable `code`.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: ['customers', 'loans', 'payments'].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  });
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  return {
    operationId: operation.id,
    tags: [operation.path.split('/')[2] ?? operation.service],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    requestParams: {
      header: z.object({
        ...(isIdempotent(operation) ? { 'Idempotency-Key': idempotencyKey.optional() } : {}),
        'Consistency-Token': consistencyToken.optional(),
      }),
      ...(operation.params === undefined ? {} : { path: operation.params as z.ZodObject }),
      ...(operation.query === undefined ? {} : { query: operation.query as z.ZodObject }),
    },
    ...requestBody(operation),
    responses: { ...successes(operation), ...failures(operation) },
  };
}

function requestBody(operation: Operation): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (operation.stream !== undefined) {
    const content = Object.fromEntries(operation.stream.map((type) => [type, { schema: streamSchema(type) }]));
    return { requestBody: { required: true, content } };
  }
  if (operation.body === undefined) return {};
  const required = !operation.body.safeParse(undefined).success;
  return { requestBody: { required, content: { 'application/json': { schema: operation.body } } } };
}

function streamSchema(mediaType: string): z.ZodType {
  if (mediaType === 'application/json') return z.array(operations.createCustomer.body);
  if (mediaType === 'multipart/form-data') return z.object({ file: z.string().meta({ format: 'binary' }) });
  return z.string();
}

function successes(operation: Operation): ZodOpenApiOperationObject['responses'] {
  const paged = operation.query !== undefined && operation.method === 'GET';
  const headers = z
    .object({
      ...(operation.token ? tokenHeader : {}),
      ...(paged ? linkHeader : {}),
      ...(isIdempotent(operation) ? replayedHeader : {}),
    })
    .partial();
  const answers = Object.entries(operation.answers).map(([status, schema]) => [
    status,
    {
      description: status === '202' ? 'Stored, not yet enforced' : 'Done',
      headers,
      content: { 'application/json': { schema } },
    },
  ]);
  return Object.fromEntries(answers);
}

function failures(operation: Operation): ZodOpenApiOperationObject['responses'] {
  const takesBody = operation.body !== undefined || operation.stream !== undefined;
  const codes = new Set<ProblemCode>([...ALWAYS, ...(takesBody ? WITH_BODY : []), ...operation.problems]);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  const answers = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, kinds]) => [
      String(status),
      {
        description: kinds.map((code) => `\`${code}\`: ${PROBLEMS[code].meaning}`).join('\n\n'),
        ...(status === 429 || status === 503 ? { headers: z.object(retryHeader) } : {}),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]);
  return Object.fromEntries(answers);
}
