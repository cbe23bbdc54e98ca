/**
 * The contract as OpenAPI, and a page to read it and try it out. The page is Scalar's, rendered once at start; all that
 * it needs comes from here, and its policy lets the browser load nothing from anywhere else.
 */
import { createHash } from 'node:crypto';
import { openApiDocument } from '@mo/contracts/documents';
import scalar from '@scalar/fastify-api-reference';
import fastify, { type FastifyInstance } from 'fastify';
import { serveAsset } from './asset.ts';

const DOCUMENT = '/openapi.json';
const PAGE = '/docs';
const SCRIPT = '/docs/scalar.js';

/** Registers the document and the page; neither needs a key. */
export async function referenceRoutes(app: FastifyInstance): Promise<void> {
  const document = Buffer.from(JSON.stringify(openApiDocument()));
  const { page, script } = await render();
  serveAsset(app, { path: DOCUMENT, type: 'application/json; charset=utf-8', content: document });
  serveAsset(app, { path: SCRIPT, type: 'text/javascript; charset=utf-8', content: script });
  serveAsset(app, {
    path: PAGE,
    type: 'text/html; charset=utf-8',
    content: Buffer.from(page),
    headers: { 'content-security-policy': policyOf(page), 'x-content-type-options': 'nosniff' },
  });
  app.get('/', (_request, reply) => reply.redirect(PAGE));
}

/** Scalar comes as a plugin that renders for each request; it is asked once, and what it answered is kept. */
async function render(): Promise<{ page: string; script: Buffer }> {
  const renderer = fastify();
  renderer.register(scalar, {
    routePrefix: PAGE,
    configuration: {
      url: DOCUMENT,
      cdn: SCRIPT,
      pageTitle: 'MO Loans API',
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: 'never',
    },
  });
  const page = await renderer.inject(`${PAGE}/`);
  const script = await renderer.inject(`${PAGE}/js/scalar.js`);
  await renderer.close();
  return { page: page.body, script: script.rawPayload };
}

/** Only the page's own inline scripts may run, named by their hashes. */
function policyOf(page: string): string {
  const inline = [...page.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '');
  const hashes = inline.filter((text) => text.trim() !== '').map(hashSource);
  const policy = {
    'default-src': "'none'",
    'script-src': `'self' ${hashes.join(' ')}`,
    'style-src': "'self' 'unsafe-inline'",
    'img-src': "'self' data: blob:",
    'font-src': "'self' data:",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
  };
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}

const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
