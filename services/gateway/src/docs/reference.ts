/**
 * The contract for those who build on it: OpenAPI and AsyncAPI, a page to read each (and to try the API out), and the JSON
 * Schema of each event type. Everything is made once, at start, and none of it needs a key.
 */
import { asyncApiDocument, eventSchemas, openApiDocument } from '@mo/contracts/documents';
import type { FastifyInstance } from 'fastify';
import { type Asset, serveAsset } from './asset.ts';
import { renderPages } from './page.ts';

const API_PAGE = '/docs';
const SCRIPT = '/docs/scalar.js';

const PAGES = [
  { path: API_PAGE, document: '/openapi.json', title: 'MO Loans API' },
  { path: '/docs/events', document: '/asyncapi.json', title: 'MO Loans events' },
];

/** A browser asks for it with any page. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#1f6f54"/><path d="M9 22V10l7 7 7-7v12" fill="none" stroke="#fff" stroke-width="3"/></svg>';

/** Registers the documents and the pages. */
export async function referenceRoutes(app: FastifyInstance): Promise<void> {
  const assets = [
    json('/openapi.json', 'application/json', openApiDocument()),
    json('/asyncapi.json', 'application/json', asyncApiDocument()),
    ...[...eventSchemas().values()].map((schema) => json(`/schemas/${schema.$id}`, 'application/schema+json', schema)),
    { path: '/favicon.ico', type: 'image/svg+xml', content: Buffer.from(ICON) },
    ...(await renderPages(PAGES, SCRIPT)),
  ];
  for (const asset of assets) serveAsset(app, asset);
  app.get('/', (_request, reply) => reply.redirect(API_PAGE));
}

function json(path: string, type: string, document: object): Asset {
  return { path, type: `${type}; charset=utf-8`, content: Buffer.from(JSON.stringify(document)) };
}
