/**
 * Pages to read a document and try it out: Scalar's, rendered once. All that they need comes from here, and their policy
 * lets the browser load nothing from anywhere else.
 */
import { createHash } from 'node:crypto';
import scalar from '@scalar/fastify-api-reference';
import fastify from 'fastify';
import type { Asset } from './asset.ts';

export interface Page {
  readonly path: string;
  /** Where the page finds what it shows. */
  readonly document: string;
  readonly title: string;
}

/** Renders pages, and the script that they share. */
export async function renderPages(pages: readonly Page[], scriptPath: string): Promise<Asset[]> {
  const rendered = await Promise.all(pages.map((page) => render(page, scriptPath)));
  const script = rendered[0]?.script ?? Buffer.alloc(0);
  return [
    { path: scriptPath, type: 'text/javascript; charset=utf-8', content: script },
    ...rendered.map(({ html }, place) => pageAsset((pages[place] as Page).path, html)),
  ];
}

/** Scalar comes as a plugin that renders for each request; it is asked once, and what it answered is kept. */
async function render(page: Page, scriptPath: string): Promise<{ html: string; script: Buffer }> {
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
  const html = await renderer.inject(`${page.path}/`);
  const script = await renderer.inject(`${page.path}/js/scalar.js`);
  await renderer.close();
  return { html: html.body, script: script.rawPayload };
}

function pageAsset(path: string, html: string): Asset {
  return {
    path,
    type: 'text/html; charset=utf-8',
    content: Buffer.from(html),
    headers: { 'content-security-policy': policyOf(html), 'x-content-type-options': 'nosniff' },
  };
}

/** Only the page's own inline scripts may run, named by their hashes. */
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
