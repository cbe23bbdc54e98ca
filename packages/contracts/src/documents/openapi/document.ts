import { z } from 'zod';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
} from 'zod-openapi';
import { isIdempotent, isOfStream, type Operation, type OperationId, operations } from '../../operations/index.ts';
import { readable } from '../json-schema.ts';
import { idempotencyParameter, tokenParameter } from './headers.ts';
import { INTRODUCTION } from './prose.ts';
import { Responses } from './responses.ts';
import type { Examples, OperationText } from './text.ts';
import { TEXTS } from './texts/index.ts';
import { webhookMessages } from './webhook-message.ts';

/**
 * The version of the API, not of its implementation. The major version changes only if an existing client could break.
 */
export const API_VERSION = '1.3.0';

/** In the order of the reference, which shows the first tag expanded. */
const TAGS = [
  { name: 'customers', description: 'Customers, their credit lines and their debt.' },
  { name: 'loans', description: 'Loans within the credit line, taken at once or requested first.' },
  { name: 'payments', description: 'Payments, spread over loans, oldest first.' },
  { name: 'webhooks', description: 'Events by HTTP, for subscribers without Kafka.' },
  { name: 'keys', description: 'The API keys of callers.' },
  { name: 'audit', description: 'The audit log.' },
];

/** The OpenAPI 3.1 document of the whole API. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  const responses = new Responses();
  for (const operation of Object.values<Operation & { id: OperationId }>(operations)) {
    const described = describe(operation, TEXTS[operation.id], responses);
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: described };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'MO Loans',
        version: API_VERSION,
        description: INTRODUCTION,
        contact: { name: 'MO Loans' },
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'The gateway that serves this document' }],
      security: [{ bearer: [] }, { apiKey: [] }],
      tags: TAGS,
      paths,
      webhooks: webhookMessages(),
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key, or an access token of the OpenID provider that the gateway trusts',
          },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key, in another header' },
        },
      },
    },
    { override },
  );
}

/**
 * Request schemas are closed, because unknown members are rejected; answer schemas are open, because answers may grow.
 */
const override: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  readable({ jsonSchema });
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
};

function describe(operation: Operation, text: OperationText, responses: Responses): ZodOpenApiOperationObject {
  return {
    operationId: operation.id,
    tags: [tagOf(operation)],
    summary: operation.summary,
    description: `${text.description}\n\n${needsOf(operation)}`,
    'x-scope': operation.scope,
    requestParams: {
      header: z.object({
        ...(isIdempotent(operation) ? { 'Idempotency-Key': idempotencyParameter } : {}),
        // An upload concerns no existing customer; operations outside of the streams concern no customer at all.
        ...(operation.stream === undefined && isOfStream(operation) ? { 'Consistency-Token': tokenParameter } : {}),
      }),
      ...(operation.params === undefined ? {} : { path: operation.params as z.ZodObject }),
      ...(operation.query === undefined ? {} : { query: operation.query as z.ZodObject }),
    },
    ...requestBody(operation, text.request),
    responses: responses.of(operation, text),
  };
}

function needsOf(operation: Operation): string {
  const scope = `Needs the scope \`${operation.scope}\`.`;
  return operation.method === 'GET' || isIdempotent(operation) ? scope : `${scope} Takes no \`Idempotency-Key\`.`;
}

/** The tag of an operation: the last part of its path that names a collection. */
const tagOf = ({ path, service }: Operation): string => {
  const named = path.split('/').filter((part) => TAGS.some(({ name }) => name === part));
  return named.at(-1) ?? service;
};

function requestBody(
  { body, stream }: Operation,
  examples: Readonly<Record<string, Examples>> = {},
): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (body === undefined && stream === undefined) return {};
  const types = stream ?? ['application/json'];
  const required = body === undefined || !body.safeParse(undefined).success;
  const content = Object.fromEntries(
    types.map((type) => [type, { schema: body ?? streamSchema(type), examples: { ...examples[type] } }]),
  );
  return { requestBody: { required, content } };
}

function streamSchema(mediaType: string): z.ZodType {
  if (mediaType === 'application/json') return z.array(operations.createCustomer.body);
  if (mediaType === 'multipart/form-data') return z.strictObject({ file: z.string().meta({ format: 'binary' }) });
  return z.string();
}
