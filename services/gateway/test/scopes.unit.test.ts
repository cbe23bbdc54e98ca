/** Every operation of the OpenAPI document with every scope: whoever has what it names gets through, and nobody else. */
import { hash } from 'node:crypto';
import { SCOPES, type Scope } from '@mo/contracts';
import { openApiDocument } from '@mo/contracts/documents';
import { type RunningGateway, type Stub, startGateway, startStub, stopAll } from './support.ts';

interface Described {
  readonly operationId: string;
  readonly description: string;
  readonly 'x-scope'?: Scope;
}

/** How each operation is described: what the callers are told is what is tested. */
const described = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Described>).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path: path.replace(/\{\w+\}/g, '17'),
    ...operation,
  })),
);

const keyOf = (scopes: readonly string[]): string => `key-with-${scopes.join('-')}`;
const nobody: readonly Scope[] = [];
const holders: readonly (readonly Scope[])[] = [
  ...SCOPES.map((scope) => [scope]),
  ...SCOPES.map((scope) => SCOPES.filter((other) => other !== scope && other !== 'admin')),
];

let stub: Stub;
let gateway: RunningGateway;
beforeAll(async () => {
  stub = await startStub();
  const keys = holders.map((scopes, place) => `holder-${place}:${hash('sha256', keyOf(scopes))}::${scopes.join('+')}`);
  gateway = await startGateway({ replicas: [stub], keys: keys.join('\n') });
});
afterAll(stopAll);

const call = (method: string, path: string, key: string | null) =>
  fetch(`${gateway.url}${path}`, { method, headers: key === null ? {} : { authorization: `Bearer ${key}` } });

it('is named by every operation, in machine-readable form and in prose', () => {
  expect(described.length).toBeGreaterThan(20);
  for (const { operationId, description, 'x-scope': scope } of described) {
    expect([operationId, SCOPES]).toEqual([operationId, expect.arrayContaining([scope])]);
    expect(description).toContain(`Needs the scope \`${scope}\`.`);
  }
});

describe.each(described)('$operationId', ({ method, path, 'x-scope': scope }) => {
  const needed = scope as Scope;

  it.each(holders.map((scopes) => [scopes.join(' '), scopes] as const))('by who has %s', async (_name, scopes) => {
    const answer = await call(method, path, keyOf(scopes));
    const may = scopes.includes(needed) || scopes.includes('admin');
    if (may) {
      // Past the gateway's door: a service answered, or the gateway itself, which has no store here.
      expect([200, 400, 404]).toContain(answer.status);
      expect(answer.headers.get('www-authenticate')).toBeNull();
      return;
    }
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer error="insufficient_scope", scope="${needed}"`);
    expect(await answer.json()).toMatchObject({ code: 'forbidden', required_scope: needed });
  });

  it('by a caller without a key, or with an unknown key', async () => {
    for (const key of [null, keyOf(nobody)]) expect((await call(method, path, key)).status).toBe(401);
  });
});

it('forwards no refused call to a service', async () => {
  stub.requests.length = 0;
  expect((await call('POST', '/api/loans', keyOf(['loans:read']))).status).toBe(403);
  expect(stub.requests).toEqual([]);
});
