/**
 * Two versions of all services run concurrently on the same tables and streams, upgraded and rolled back: nobody
 * notices.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences, query, topicFaults, undelivered } from '@mo/agreement';
import { migrate } from '../src/migrate.ts';
import { mo, systemEnv } from '../src/mo.ts';
import { nextVersion } from '../src/next-version.ts';
import { failuresDuring, replace, replaceGateway, SERVICES } from '../src/replacing.ts';
import { type System, startSystem } from '../src/system.ts';
import { waitFor } from '../src/wait-for.ts';
import { nameOf } from '../src/world.ts';

const CALLERS = 4;
const TIMEOUT_MS = 300_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const topicPrefix = nameOf('versions');
let system: System;
let next: string;
/** The code that the next processes of services start from. */
let code = ROOT;
beforeAll(async () => {
  next = nextVersion(ROOT);
  system = await startSystem({
    replicas: { customers: 2, loans: 2, payments: 2 },
    env: { LOG_LEVEL: 'warn', TOPIC_PREFIX: topicPrefix },
    mainOf: (service) => join(code, 'services', service, 'src/main.ts'),
  });
});
afterAll(async () => {
  await system?.stop();
  rmSync(next, { recursive: true, force: true });
});

/** The number of events that the next version has written so far. */
const writtenByNext = async (): Promise<number> => {
  const text = `SELECT count(*) FROM journal WHERE data::jsonb ? 'later'`;
  const rows = SERVICES.map((service) => query<{ count: string }>(system.stack.stack(), service, text, []));
  return (await Promise.all(rows)).reduce((sum, [row]) => sum + Number(row?.count), 0);
};

/** Lets callers continue for a while against both versions. */
const goOn = async (): Promise<void> => {
  const before = await writtenByNext();
  await waitFor(async () => (await writtenByNext()) > before + 50);
};

const changeTo = async (version: string, place: number): Promise<void> => {
  code = version;
  await Promise.all(SERVICES.map((service) => replace(system, service, place, 'SIGTERM')));
};

const failuresOf = (work: () => Promise<void>) => failuresDuring(system, CALLERS, ['keyed', 'unkeyed'], work);

it(
  'concurrent versions fail no request, and leave consistent rows and streams that either version understands',
  async () => {
    for (const service of SERVICES) await migrate(service, system.stack.stack()[service].databaseUrl, next);
    const forth = await failuresOf(async () => {
      await changeTo(next, 0);
      await goOn();
      await changeTo(next, 1);
      await goOn();
    });
    expect(forth).toEqual([]);
    await replaceGateway(system);
    const back = await failuresOf(async () => {
      await changeTo(ROOT, 1);
      await goOn();
      await changeTo(ROOT, 0);
    });
    expect(back).toEqual([]);
    await replaceGateway(system);
    await waitFor(async () => (await undelivered(system.stack.stack())).length === 0);
    await waitFor(async () => (await differences(system.stack.stack())).length === 0);
    expect(await topicFaults(system.stack.stack(), topicPrefix)).toEqual([]);
    const reconciled = await mo(['reconcile', '--json'], { env: systemEnv(system.stack.stack()) });
    expect([reconciled.code, JSON.parse(reconciled.stdout)]).toEqual([0, expect.objectContaining({ differences: 0 })]);
    for (const service of SERVICES) {
      const text = 'SELECT (SELECT count(*) FROM quarantine) AS quarantined, (SELECT count(*) FROM later) AS later';
      expect(await query(system.stack.stack(), service, text, [])).toEqual([{ quarantined: '0', later: '0' }]);
    }
  },
  TIMEOUT_MS,
);
