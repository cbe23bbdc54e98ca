/**
 * Pages for reading and trying out a document, rendered once by Scalar. All their resources come from this server, and
 * their policy forbids the browser to load anything from elsewhere.
 *
 * Scalar is 5 MB of source, and takes a third of the memory of a gateway that has just started, so it is loaded with
 * the first page that is requested.
 */
import { createHash } from 'node:crypto';
import fastify from 'fastify';
import type { Asset } from './asset.ts';

export interface Page {
  readonly path: string;
  /** The path of the document that the page shows. */
  readonly document: string;
  readonly title: string;
}

/** A page, which loads the common script from a path. */
export const pageAsset = (page: Page, scriptPath: string): Asset => ({
  path: page.path,
  type: 'text/html; charset=utf-8',
  make: async () => {
    // Screen readers pronounce a page by its language, which Scalar does not give.
    const html = String(await render(page, scriptPath, '/')).replace('<html>', '<html lang="en">');
    const headers = { 'content-security-policy': policyOf(html), 'x-content-type-options': 'nosniff' };
    return { content: Buffer.from(html), headers };
  },
});

/** @param page any page that loads the script, which is the same for all */
export const scriptAsset = (page: Page, scriptPath: string): Asset => ({
  path: scriptPath,
  type: 'text/javascript; charset=utf-8',
  make: async () => ({ content: await render(page, scriptPath, '/js/scalar.js') }),
});

/** Scalar is a plugin that renders for each request; it is called once, and its answer is kept. */
async function render(page: Page, scriptPath: string, part: string): Promise<Buffer> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const renderer = fastify();
  renderer.register(scalar, {
    routePrefix: page.path as '/docs',
    configuration: {
      url: page.document,
      cdn: scriptPath,
      pageTitle: page.title,
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: 'never',
    },
  });
  const { rawPayload } = await renderer.inject(`${page.path}${part}`);
  await renderer.close();
  return rawPayload;
}

/** Allows only the page's own inline scripts, by their hashes. */
function policyOf(html: string): string {
  const inline = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '');
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
