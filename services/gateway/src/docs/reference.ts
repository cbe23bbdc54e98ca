/**
 * The contract for API users: OpenAPI and AsyncAPI, a page for each (which can also call the API), and the JSON Schema
 * of each event type. Everything is generated once, the documents at start, and nothing of it needs a key.
 */
import { asyncApiDocument, eventSchemas, openApiDocument } from '@mo/contracts/documents';
import { ProblemError } from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { type Asset, handlerOf, serveAsset } from './asset.ts';
import { pageAsset, scriptAsset } from './page.ts';

const API_PAGE = '/docs';
const SCRIPT = '/docs/scalar.js';

const API = { path: API_PAGE, document: '/openapi.json', title: 'MO Loans API' };
const EVENTS = { path: '/docs/events', document: '/asyncapi.json', title: 'MO Loans events' };

/** Browsers request it with any page. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#1f6f54"/><path d="M9 22V10l7 7 7-7v12" fill="none" stroke="#fff" stroke-width="3"/></svg>';

/** Registers the documents and the pages. */
export function referenceRoutes(app: FastifyInstance): void {
  const assets = [
    json('/openapi.json', 'application/json', openApiDocument()),
    json('/asyncapi.json', 'application/json', asyncApiDocument()),
    asset('/favicon.ico', 'image/svg+xml', ICON),
    pageAsset(API, SCRIPT),
    pageAsset(EVENTS, SCRIPT),
    scriptAsset(API, SCRIPT),
  ];
  for (const each of assets) serveAsset(app, each);
  schemaRoute(app);
  app.get('/', (_request, reply) => reply.redirect(API_PAGE));
}

/** Schemas by their URNs. It is one route with a parameter, because clients may encode the colons. */
function schemaRoute(app: FastifyInstance): void {
  const handlers = new Map<string, ReturnType<typeof handlerOf>>();
  for (const schema of eventSchemas().values())
    handlers.set(`${schema.$id}`, handlerOf(json('', 'application/schema+json', schema)));
  app.get<{ Params: { urn: string } }>('/schemas/:urn', (request, reply) => {
    const { urn } = request.params;
    const handle = handlers.get(urn);
    if (handle === undefined) throw new ProblemError('not_found', `there is no schema ${urn}`);
    return handle(request, reply);
  });
}

const json = (path: string, type: string, document: object): Asset =>
  asset(path, `${type}; charset=utf-8`, JSON.stringify(document));

function asset(path: string, type: string, text: string): Asset {
  const content = Buffer.from(text);
  return { path, type, make: async () => ({ content }) };
}
