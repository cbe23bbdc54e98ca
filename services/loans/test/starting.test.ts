/** What a service answers while it waits for its database at start. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { inTransaction, run } from '@mo/database';
import { openTestDatabase } from '@mo/database/testing';
import { testServers } from '@mo/dev-stack';
import { processConfigFor, waitFor } from '@mo/messaging/testing';
import { listen } from '@mo/service-kit';
import { createApp } from '../src/app.ts';

/** That of packages/database. */
const MIGRATION_LOCK = 7_305_511;

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Passes connections on to the database. */
const proxyTo = (url: URL): Server =>
  createServer((socket) => {
    const other = connect(Number(url.port), url.hostname);
    for (const each of [socket, other]) each.on('error', () => {});
    socket.pipe(other).pipe(socket);
    socket.on('close', () => other.destroy());
  });

/** Holds the lock of migrations until `release` settles. Resolves once it is held. */
async function holdMigrations(url: string, release: Promise<void>): Promise<{ ended: Promise<void> }> {
  const database = await openTestDatabase(url);
  const held = Promise.withResolvers<void>();
  const ended = inTransaction(database, async (sql) => {
    await run(sql, `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    held.resolve();
    await release;
  }).then(() => database.close());
  await held.promise;
  return { ended };
}

it('is alive, and not ready for a reason, until the database can be reached and is migrated', async () => {
  const direct = new URL((await testServers().createDatabases('starting')).loans);
  const databasePort = await unusedPort();
  const config = {
    ...processConfigFor('starting'),
    AUDIT_INTERVAL_MS: 3_600_000,
    LOANS_DATABASE_URL: Object.assign(new URL(direct), { port: databasePort }).href,
    CUSTOMERS_URL: ['http://127.0.0.1:1'],
    PAYMENTS_URL: ['http://127.0.0.1:1'],
  } as unknown as Parameters<typeof createApp>[0];
  const app = await createApp(config);
  const started = listen(app, config);
  const proxy = proxyTo(direct);
  try {
    const { port } = await waitFor(() => app.server.server.address() as AddressInfo | null);
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, body: (await response.json()) as { reason?: string } };
    };
    const notReady = (reason: string) => ({ status: 503, body: { status: 'not ready', reason } });
    const refusal = { status: 503, body: { code: 'unavailable', detail: 'the process is starting' } };
    expect(await get('/livez')).toMatchObject({ status: 200 });
    expect(await get('/readyz')).toEqual(notReady('the database cannot be reached'));
    expect(await get('/api/loans/1')).toMatchObject(refusal);

    const release = Promise.withResolvers<void>();
    const { ended } = await holdMigrations(direct.href, release.promise);
    await listening(proxy, databasePort);
    await waitFor(async () => (await get('/readyz')).body.reason === 'the database is being migrated');
    expect(await get('/api/loans/1')).toMatchObject(refusal);

    release.resolve();
    await Promise.all([ended, started]);
    // While the machine stands still, the database seems unreachable.
    const reasons = new Set<string | undefined>();
    await waitFor(async () => {
      const { status, body } = await get('/readyz');
      reasons.add(body.reason);
      return status === 200;
    });
    expect(reasons).not.toContain('the database is being migrated');
    const answered = await waitFor(async () => {
      const { status } = await get('/api/loans/1');
      return status !== 503 && status;
    });
    expect(answered).toBe(404);
  } finally {
    for (const step of app.steps) await step.stop();
    proxy.close();
  }
});
