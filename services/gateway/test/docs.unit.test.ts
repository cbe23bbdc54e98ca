import { dataSchemaOf, EVENT_TYPES, operations } from '@mo/contracts';
import { type RunningGateway, startGateway, stopAll } from './support.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(stopAll);

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}${path}`, { headers, redirect: 'manual' });

/** Reads the whole answer, because one that is not read keeps its connection open. */
async function headOf(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await get(path, headers);
  await answer.arrayBuffer();
  return answer;
}

it('the contract is there without a key, with every operation', async () => {
  const answer = await get('/openapi.json');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  const document = (await answer.json()) as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  expect(document.openapi).toBe('3.1.0');
  const described = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(described.sort()).toEqual(Object.keys(operations).sort());
});

it('the events are served without a key, with every type', async () => {
  const document = (await (await get('/asyncapi.json')).json()) as {
    asyncapi: string;
    components: { messages: Record<string, unknown> };
  };
  expect(document.asyncapi).toBe('3.0.0');
  expect(Object.keys(document.components.messages)).toEqual([
    ...Object.keys(EVENT_TYPES),
    'DeadLetter',
    'DeadLetterNotice',
  ]);
});

it.each(Object.keys(EVENT_TYPES))('what ce_dataschema says of %s leads to its JSON Schema', async (type) => {
  for (const urn of [dataSchemaOf(type), encodeURIComponent(dataSchemaOf(type))]) {
    const answer = await get(`/schemas/${urn}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'application/schema+json; charset=utf-8',
    ]);
    expect(await answer.json()).toMatchObject({ $id: `urn:mo:event:${type}:1`, type: 'object' });
  }
});

it('there is no schema of what is no event', async () => {
  expect((await headOf(`/schemas/${dataSchemaOf('LoanFrozen')}`)).status).toBe(404);
  expect((await headOf('/schemas/urn:mo:event:LoanTaken:2')).status).toBe(404);
  expect((await headOf('/schemas/urn%3Amo%3Aevent%3ALoanTaken%3A2')).status).toBe(404);
  const answer = await get('/schemas/toString');
  expect(await answer.json()).toMatchObject({ status: 404, code: 'not_found' });
});

it('the front page leads to the reference page', async () => {
  const answer = await headOf('/');
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/docs']);
});

it('an unchanged document is not sent again, compressed or not', async () => {
  for (const path of ['/openapi.json', '/asyncapi.json', '/docs', '/docs/events', '/docs/scalar.js']) {
    for (const encoding of ['gzip', 'identity']) {
      const first = await headOf(path, { 'accept-encoding': encoding });
      expect(first.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : null);
      const etag = first.headers.get('etag') ?? '';
      expect((await headOf(path, { 'accept-encoding': encoding, 'if-none-match': etag })).status).toBe(304);
      expect((await headOf(path, { 'accept-encoding': encoding, 'if-none-match': '"other"' })).status).toBe(200);
    }
  }
});

it.each([
  ['/docs', '/openapi.json'],
  ['/docs/events', '/asyncapi.json'],
])('the page %s loads nothing from elsewhere, which its policy forbids', async (path, document) => {
  const answer = await get(path);
  const page = await answer.text();
  const scripts = [...page.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)].map((match) => match[1]);
  expect(scripts).toEqual(['/docs/scalar.js']);
  expect(page).not.toMatch(/https?:\/\//);
  expect(page).toContain(`"url": "${document}"`);
  expect(page).toContain('"withDefaultFonts": false');
  expect(page).toContain('"telemetry": false');
  expect(page).toContain('<html lang="en">');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/);
  expect(policy).not.toMatch(/https?:|\*/);
  expect((await headOf('/docs/scalar.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
});
