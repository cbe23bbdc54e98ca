/** Tokens of an OpenID provider, which a small server stands in for. */
import { createServer, type Server } from 'node:http';
import { jest } from '@jest/globals';
import { listen } from '@mo/dev-stack/listen';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { KEY_DIGEST, type RunningGateway, type Stub, startGateway, startStub, stopAll } from './support.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

const AUDIENCE = 'mo-loans';
const SECOND_MS = 1_000;
/** All but the clock that says what time of day it is. */
const REAL_TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;
let provider: Server;
let issuer: string;
/** What the provider publishes. */
let published: JWK[] = [];
let isAway = false;
let stub: Stub;
let gateway: RunningGateway;

beforeAll(async () => {
  provider = createServer((request, response) => {
    if (isAway) return void response.writeHead(500).end();
    const isDescription = request.url === '/.well-known/openid-configuration';
    const body = isDescription ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: published };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  issuer = `http://127.0.0.1:${await listen(provider)}`;
  stub = await startStub();
});
beforeEach(async () => {
  isAway = false;
  gateway = await startGateway({
    replicas: [stub],
    keys: `ops:${KEY_DIGEST}`,
    tokens: { issuer, audience: AUDIENCE, jwksUrl: null, rate: null },
  });
});
afterEach(() => gateway.stop());
afterAll(async () => {
  await stopAll();
  provider.close();
});

async function newKey(kid: string, algorithm = 'ES256'): Promise<Pair & { jwk: JWK }> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' } };
}

interface Claims {
  iss?: string;
  aud?: string;
  sub?: string;
  scope?: string;
  scp?: string[];
  expiresIn?: string;
}

const tokenOf = (
  { privateKey, jwk }: Pick<Pair, 'privateKey'> & { jwk: JWK },
  { iss = issuer, aud = AUDIENCE, sub = 'ada@example.com', expiresIn = '5 minutes', ...more }: Claims = {},
) =>
  new SignJWT({ scope: 'openid loans:read', ...more })
    .setProtectedHeader({ alg: jwk.alg as string, kid: jwk.kid, typ: 'at+jwt' })
    .setIssuer(iss)
    .setAudience(aud)
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime(expiresIn)
    .sign(privateKey);

const get = (token: string, path = '/api/loans/17') =>
  fetch(`${gateway.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])(
  'lets a token through that is signed by %s, with its scopes',
  async (alg) => {
    const key = await newKey(`key-${alg}`, alg);
    published = [key.jwk];
    const token = await tokenOf(key);
    stub.requests.length = 0;
    expect((await get(token)).status).toBe(200);
    expect(stub.requests[0]?.headers['x-mo-caller']).toBe('oidc:ada%40example.com');
    expect(stub.requests[0]?.headers.authorization).toBeUndefined();
    expect((await get(token, '/api/payments')).status).toBe(403);
  },
);

it('also reads scopes from scp, and ignores unknown ones', async () => {
  const key = await newKey('scp');
  published = [key.jwk];
  const token = await tokenOf(key, { scope: undefined as never, scp: ['payments:read', 'root'] });
  expect([(await get(token, '/api/payments')).status, (await get(token)).status]).toEqual([200, 403]);
});

describe('refuses with 401', () => {
  let key: Awaited<ReturnType<typeof newKey>>;
  beforeAll(async () => {
    key = await newKey('good');
  });
  beforeEach(() => {
    published = [key.jwk];
  });
  const refusalOf = async (token: string) => {
    const answer = await get(token);
    return [
      answer.status,
      answer.headers.get('www-authenticate'),
      ((await answer.json()) as { detail: string }).detail,
    ];
  };
  const invalid = (detail: string) => [401, `Bearer error="invalid_token", error_description="${detail}"`, detail];

  it.each([
    ['of another issuer', { iss: 'https://elsewhere.example' }, 'the claim iss of the token is missing or wrong'],
    ['for another API', { aud: 'another' }, 'the claim aud of the token is missing or wrong'],
    ['that has expired', { expiresIn: '-1 minute' }, 'the token has expired'],
  ])('a token %s', async (_what, claims, detail) => {
    expect(await refusalOf(await tokenOf(key, claims))).toEqual(invalid(detail));
  });

  it('a token that another key signed under the id of a valid one', async () => {
    const forger = await newKey('good');
    expect(await refusalOf(await tokenOf(forger))).toEqual(invalid('the token is not a token of the OpenID provider'));
  });

  it('a token without a signature, and one signed with a public secret', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ iss: issuer, aud: AUDIENCE, sub: 'ada', exp: 4_000_000_000, scope: 'admin' });
    expect((await get(`${part({ alg: 'none' })}.${claims}.`)).status).toBe(401);
    const secret = new TextEncoder().encode(JSON.stringify(key.jwk));
    const forged = await new SignJWT({ scope: 'admin' })
      .setProtectedHeader({ alg: 'HS256', kid: 'good' })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setSubject('ada')
      .setExpirationTime('1 hour')
      .sign(secret);
    expect((await get(forged)).status).toBe(401);
  });

  it('a token whose claims were changed after it was signed', async () => {
    const [head, , signature] = (await tokenOf(key)).split('.');
    const claims = { iss: issuer, aud: AUDIENCE, sub: 'ada', exp: 4_000_000_000, scope: 'admin' };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect((await get(`${head}.${body}.${signature}`)).status).toBe(401);
  });

  it('a token that expired after its last use', async () => {
    const token = await tokenOf(key, { expiresIn: '20 seconds' });
    jest.useFakeTimers({ doNotFake: [...REAL_TIMERS] });
    try {
      expect((await get(token)).status).toBe(200);
      // Past its end and the tolerance, and sooner than a token is verified again otherwise.
      jest.setSystemTime(Date.now() + 40 * SECOND_MS);
      expect(await refusalOf(token)).toEqual(invalid('the token has expired'));
    } finally {
      jest.useRealTimers();
    }
  });

  it('text that only looks like a token', async () => {
    expect((await get('a.b.c')).status).toBe(401);
  });
});

it('accepts a key that the provider added, and refuses one that it withdrew', async () => {
  const [old, young] = [await newKey('old'), await newKey('young')];
  published = [old.jwk];
  expect((await get(await tokenOf(old))).status).toBe(200);
  await gateway.stop();
  gateway = await startGateway({
    replicas: [stub],
    tokens: { issuer, audience: AUDIENCE, jwksUrl: `${issuer}/keys`, rate: null },
  });
  published = [young.jwk];
  expect((await get(await tokenOf(young))).status).toBe(200);
  expect((await get(await tokenOf(old, { sub: 'bob' }))).status).toBe(401);
});

it('answers 503 with Retry-After while the provider is down, and API keys still work', async () => {
  isAway = true;
  const answer = await get(await tokenOf(await newKey('away')));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await gateway.call('GET', '/api/loans/17')).status).toBe(200);
  isAway = false;
  const key = await newKey('back');
  published = [key.jwk];
  expect((await get(await tokenOf(key))).status).toBe(200);
});

it("counts each subject's calls", async () => {
  const key = await newKey('rate');
  published = [key.jwk];
  await gateway.stop();
  gateway = await startGateway({
    replicas: [stub],
    tokens: { issuer, audience: AUDIENCE, jwksUrl: null, rate: 0.01 },
  });
  const statuses = [];
  for (const sub of ['ada', 'ada', 'bob']) statuses.push((await get(await tokenOf(key, { sub }))).status);
  expect(statuses).toEqual([200, 429, 200]);
});
