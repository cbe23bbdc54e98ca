import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { type Servers, startServers } from '../src/index.ts';
import { poll } from '../src/processes/poll.ts';
import { isAlive } from '../src/processes/proc.ts';
import { ensureImages, removeVolumes } from '../src/servers/containers.ts';
import { engine, engineAnswers } from '../src/servers/engine.ts';
import { query } from './fixtures/query.ts';

const parentMain = fileURLToPath(new URL('./fixtures/containers-parent.ts', import.meta.url));
jest.setTimeout(180_000); // whole systems start, on a machine that may be busy
const timeoutMs = 40_000;
const env = { MO_SERVERS: 'containers' };

const onEngine = process.env.MO_SERVERS !== 'embedded' && (await canRunContainers()) ? describe : describe.skip;

onEngine('servers in containers', () => {
  let dir: string;
  let servers: Servers;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mo-containers-'));
    servers = await startServers({ dir, fsync: true, env });
    await query(servers.postgres.adminUrl!, 'create table kept (id int); insert into kept values (7)');
  });
  afterAll(async () => {
    await servers.stop();
    await removeVolumes(dir);
    rmSync(dir, { recursive: true, force: true });
  });

  test('listen only on this machine', async () => {
    const docker = (await engine())!.container.dockerode;
    const port = portOf(servers);
    const ports = (await docker.listContainers()).flatMap(({ Ports }) => Ports);
    expect(ports.find(({ PublicPort }) => PublicPort === port)?.IP).toBe('127.0.0.1');
  });

  test('are restarted on the same data after kill -9 of their processes', async () => {
    for (const server of [servers.postgres, servers.kafka]) {
      const killed = server.pid!;
      process.kill(killed, 'SIGKILL');
      expect(await poll(() => server.pid !== killed && isAlive(server.pid!), timeoutMs)).toBe(true);
    }
    expect(
      await poll(async () => (await query(servers.postgres.adminUrl!, 'select id from kept')).length === 1, timeoutMs),
    ).toBe(true);
  });

  test('leave no container behind when stopped, and have their data after the next start', async () => {
    await servers.stop();
    expect(await containersAt(portOf(servers))).toBe(0);
    servers = await startServers({ dir, fsync: true, env });
    await expect(query(servers.postgres.adminUrl!, 'select id from kept')).resolves.toEqual([{ id: 7 }]);
  });

  test('are removed when their supervisor is killed', async () => {
    const own = join(dir, 'killed');
    const parent: ChildProcess = spawn(process.execPath, [parentMain, own], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout!, 'data');
    const port = Number(line);
    expect(await containersAt(port)).toBe(1);
    parent.kill('SIGKILL');
    expect(await poll(async () => (await containersAt(port)) === 0, timeoutMs)).toBe(true);
  });
});

const portOf = ({ postgres }: Servers) => Number(new URL(postgres.adminUrl!).port);

async function canRunContainers(): Promise<boolean> {
  if (!(await engineAnswers())) return false;
  return ensureImages(() => {}).then(
    () => true,
    () => false,
  );
}

async function containersAt(port: number): Promise<number> {
  const docker = (await engine())!.container.dockerode;
  return (await docker.listContainers({ filters: { publish: [String(port)] }, all: true })).length;
}
