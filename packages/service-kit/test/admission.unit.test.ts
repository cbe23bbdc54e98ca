/** Who may call what, over which port, alone or with others. */

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { waitFor } from '@mo/dev-stack/wait-for';
import { MuxClient } from '@mo/mux';
import { Pool } from 'undici';
import { connector, createRegistry, type Identity, Notice, openAdmission } from '../src/index.ts';
import { memoryLog, serverUnderTest } from './harness.ts';
import {
  type Authority,
  forgetIdentities,
  identityDir,
  identityOf,
  makeAuthority,
  openFrom,
  writeIdentity,
} from './identities.ts';

const HOST = '127.0.0.1';
/** Longer than any stall of the machine. */
const TIMEOUT_MS = 60_000;

let authority: Authority;
let strangers: Authority;
beforeAll(async () => {
  [authority, strangers] = await Promise.all([makeAuthority(), makeAuthority()]);
});
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  forgetIdentities();
});

/** A server as that of loans, which customers and payments may ask for what is internal, and webhooks for events. */
async function startServer({ isRequired = true, identity }: { isRequired?: boolean; identity?: Identity } = {}) {
  const registry = createRegistry('test');
  const admission = openAdmission(
    identity ?? (await identityOf(authority, 'loans')),
    { TLS_PORT: 0, TLS_REQUIRED: isRequired },
    ['customers', 'payments'],
    memoryLog().logger,
    registry,
    ['webhooks'],
    TIMEOUT_MS,
  );
  const { app, log } = serverUnderTest({ registry, admission, takesMux: true });
  app.post('/api/loans', async (request) => request.body);
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  app.get('/api/slow', async () => {
    begun.resolve();
    await ended.promise;
    return {};
  });
  app.get('/internal/heads', async () => ({ heads: [] }));
  app.post('/internal/pull', async () => ({ pages: [] }));
  app.post('/internal/settle', async () => ({ applied: true }));
  app.get('/internal/stream', async () => ({ pages: [] }));
  await admission?.listen(HOST, 16);
  const plain = await app.listen({ host: HOST, port: 0 });
  ends.push(() => app.close());
  const slow = { begun: begun.promise, end: () => ended.resolve() };
  return { app, log, registry, plain, slow, secure: `https://${HOST}:${admission?.port}` };
}

type Ask = [method: 'GET' | 'POST', path: string];
/** The status, or the error's code. */
type Outcome = number | string;

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

/** By a connection of the call's own. */
async function alone(
  origin: string,
  identity: Identity | null,
  [method, path]: Ask,
  service = 'loans',
): Promise<Outcome> {
  const pool = new Pool(origin, { connect: connector(identity, service, TIMEOUT_MS) });
  try {
    const body = method === 'POST' ? '{}' : null;
    const headers = body === null ? {} : { 'content-type': 'application/json' };
    const answer = await pool.request({ method, path, headers, body });
    await answer.body.dump();
    return answer.statusCode;
  } catch (error) {
    return codeOf(error);
  } finally {
    await pool.destroy();
  }
}

function muxClient(origin: string, identity: Identity | null, service = 'loans'): MuxClient {
  const client = new MuxClient({
    origin,
    connectTimeoutMs: TIMEOUT_MS,
    answerTimeoutMs: TIMEOUT_MS,
    ...(identity !== null && { tls: () => identity.towards(service) }),
    otherwise: (_call, handler) => handler.onResponseError(null, Object.assign(new Error(), { code: 'NOT_SPOKEN' })),
  });
  ends.push(() => client.destroy());
  return client;
}

function send(client: MuxClient, [method, path]: Ask): Promise<Outcome> {
  return new Promise((resolve) => {
    const body = method === 'POST' ? Buffer.from('{}') : null;
    client.dispatch(
      { method, path, headers: body === null ? [] : ['content-type', 'application/json'], body },
      {
        onRequestStart: () => {},
        onResponseStart: (_control, status) => resolve(status),
        onResponseData: () => {},
        onResponseEnd: () => {},
        onResponseError: (_control, error) => resolve(codeOf(error)),
      },
    );
  });
}

/** With others. */
const together = (origin: string, identity: Identity | null, ask: Ask, service?: string): Promise<Outcome> =>
  send(muxClient(origin, identity, service), ask);

const TAKE: Ask = ['POST', '/api/loans'];
const PULL: Ask = ['POST', '/internal/pull'];
const HEADS: Ask = ['GET', '/internal/heads'];
const SETTLE: Ask = ['POST', '/internal/settle'];
const ONE: Ask = ['GET', '/internal/stream'];
const SLOW: Ask = ['GET', '/api/slow'];
const NOWHERE: Ask = ['GET', '/api/nowhere'];
const READY: Ask = ['GET', '/readyz'];
const METRICS: Ask = ['GET', '/metrics'];
const LIVE: Ask = ['GET', '/livez'];
const ASKS = [TAKE, PULL, HEADS, SETTLE, ONE, NOWHERE, READY, METRICS, LIVE];

describe.each([
  ['alone', alone],
  ['with others', together],
])('a call that comes %s', (_how, call) => {
  it.each<[string, string[], Outcome[]]>([
    ['the gateway', ['gateway'], [200, 403, 403, 403, 403, 404, 200, 200, 200]],
    ['customers', ['customers'], [403, 200, 200, 200, 200, 403, 200, 200, 200]],
    ['payments', ['payments'], [403, 200, 200, 200, 200, 403, 200, 200, 200]],
    ['webhooks', ['webhooks'], [403, 200, 200, 403, 403, 403, 200, 200, 200]],
    ['loans itself', ['loans'], [403, 403, 403, 403, 403, 403, 200, 200, 200]],
    ['another process of the authority', ['reports'], [403, 403, 403, 403, 403, 403, 200, 200, 200]],
    ['one with two names', ['payments', 'gateway'], [200, 200, 200, 200, 200, 404, 200, 200, 200]],
  ])('from %s', async (_who, names, expected) => {
    const { secure } = await startServer();
    const caller = await identityOf(authority, ...(names as [string]));
    expect(await Promise.all(ASKS.map((ask) => call(secure, caller, ask)))).toEqual(expected);
  });

  it('without TLS gets everything if TLS is not required', async () => {
    const { plain, secure } = await startServer({ isRequired: false });
    const expected = [200, 200, 200, 200, 200, 404, 200, 200, 200];
    expect(await Promise.all(ASKS.map((ask) => call(plain, null, ask)))).toEqual(expected);
    expect(await call(secure, await identityOf(authority, 'customers'), TAKE)).toBe(403);
  });

  it('with a certificate of another authority, or an expired one, never arrives', async () => {
    const { secure, registry } = await startServer();
    const gateway = await authority.certify('gateway');
    const stranger = await strangers.certify('gateway');
    const expired = await authority.certify('gateway', ['gateway'], new Date(Date.now() - 1_000));
    const dir = await identityDir(authority, 'gateway');
    writeIdentity(dir, gateway);
    const { identity } = openFrom(dir, 'gateway');
    const bringing = (pair: { cert?: string; key?: string }) =>
      ({ towards: () => ({ ca: authority.ca, servername: 'loans', ...pair }) }) as unknown as Identity;
    expect(await call(secure, identity, TAKE)).toBe(200);
    const refusals = [bringing({}), bringing(stranger), bringing(expired)];
    for (const refused of refusals)
      expect(await call(secure, refused, READY)).toMatch(/^(ERR_SSL|ECONNRESET|UND_ERR_SOCKET)/);
    expect(await registry.getSingleMetricAsString('mo_tls_refused_total')).toContain(` ${refusals.length}`);
  });

  it('is sent only to the intended service', async () => {
    const { secure } = await startServer();
    const gateway = await identityOf(authority, 'gateway');
    expect(await call(secure, gateway, TAKE, 'payments')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    const other = await startServer({ identity: await identityOf(strangers, 'loans') });
    expect(await call(other.secure, gateway, TAKE)).toMatch(/CERT|SELF_SIGNED/);
  });
});

describe('where TLS is required, the port without TLS', () => {
  it("serves operators' endpoints only", async () => {
    const { plain } = await startServer();
    const expected = [401, 401, 401, 401, 401, 401, 200, 200, 200];
    expect(await Promise.all(ASKS.map((ask) => alone(plain, null, ask)))).toEqual(expected);
  });

  it('accepts no multiplexed connections', async () => {
    const { plain, registry } = await startServer();
    expect(await together(plain, null, TAKE)).toBe('NOT_SPOKEN');
    expect(await registry.getSingleMetricAsString('mo_mux_connections')).toMatch(/ 0$/);
  });
});

it('reports how to call it, and who may', async () => {
  const { plain, secure } = await startServer();
  const answer = await fetch(`${plain}/api/loans`, { method: 'POST' });
  expect(await answer.json()).toMatchObject({
    code: 'unauthenticated',
    detail: `calls are accepted only over TLS, at port ${new URL(secure).port}, with a certificate`,
  });
  const pool = new Pool(secure, { connect: connector(await identityOf(authority, 'gateway'), 'loans', TIMEOUT_MS) });
  const refused = await pool.request({ method: 'GET', path: '/internal/stream' });
  expect(await refused.body.json()).toMatchObject({
    code: 'forbidden',
    detail: 'only customers and payments may call this, with a certificate of that name',
  });
  await pool.destroy();
});

it('TLS versions before 1.3 are refused', async () => {
  const { secure } = await startServer();
  const { credentials } = await identityOf(authority, 'gateway');
  const socket = connect({
    ...credentials,
    host: HOST,
    port: Number(new URL(secure).port),
    servername: 'loans',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
  });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toMatch(/PROTOCOL_VERSION/);
});

it('renewed certificates are used for new connections, and open ones continue', async () => {
  const dir = await identityDir(authority, 'loans');
  const { identity } = openFrom(dir, 'loans', 1);
  const { secure } = await startServer({ identity });
  const gateway = await identityOf(authority, 'gateway');
  const client = muxClient(secure, gateway);
  expect(await send(client, TAKE)).toBe(200);
  const renewed = Promise.withResolvers<void>();
  identity.onRenewed(() => renewed.resolve());
  writeIdentity(dir, { ca: strangers.ca, ...(await strangers.certify('loans')) });
  await renewed.promise;
  expect(await send(client, TAKE)).toBe(200);
  expect(await alone(secure, await identityOf(strangers, 'gateway'), TAKE)).toBe(200);
  expect(await alone(secure, gateway, TAKE)).not.toBe(200);
});

it.each([
  ['alone', alone],
  ['with others', together],
])('closing waits for a call under way that came %s', async (_how, call) => {
  const { app, secure, slow } = await startServer();
  const gateway = await identityOf(authority, 'gateway');
  const answer = call(secure, gateway, SLOW);
  await slow.begun;
  const closing = app.close();
  await waitFor(async () => (await alone(secure, gateway, TAKE)) === 'ECONNREFUSED');
  slow.end();
  expect(await answer).toBe(200);
  await closing;
});

it('closing does not wait for idle connections', async () => {
  const { app, secure } = await startServer();
  const gateway = await identityOf(authority, 'gateway');
  const { hostname: host, port } = new URL(secure);
  const unused = connect({ ...gateway.towards('loans'), host, port: Number(port) });
  await once(unused, 'secureConnect');
  const silent = connectTcp({ host, port: Number(port) });
  await once(silent, 'connect');
  const client = muxClient(secure, gateway);
  expect(await send(client, TAKE)).toBe(200);
  const notice = new Notice(app.server, 1);
  await notice.give();
  const gone = Promise.all([once(unused, 'close'), once(silent, 'close')]);
  unused.resume();
  silent.resume();
  await app.close();
  await gone;
  expect(await send(client, TAKE)).toBe('ECONNREFUSED');
});
