import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startStack } from '../src/index.ts';
import { poll } from '../src/processes/poll.ts';
import { postgresDataDir } from '../src/servers/postgres.ts';
import { removeStack } from '../src/stack/fresh.ts';
import { marked } from './fixtures/marked.ts';

const main = fileURLToPath(new URL('./fixtures/temporary-servers.ts', import.meta.url));
const dummy = fileURLToPath(new URL('./fixtures/dummy-service.ts', import.meta.url));
const timeoutMs = 60_000;
const env = { MO_SERVERS: 'embedded' };

let closed: string;
let dir: string;
/** The folder and PostgreSQL's data, which are outside it if this process is root: see state-dir.ts. */
const paths = () => [dir, postgresDataDir(dir)];

beforeEach(() => {
  closed = mkdtempSync(join(tmpdir(), 'mo-temporary-'));
  dir = join(closed, 'state');
});
afterEach(async () => {
  await removeStack(dir);
  rmSync(closed, { recursive: true });
});

describe('temporary data', () => {
  test('are deleted when the process with the servers is killed', async () => {
    const mark = `MO_TEST_MARK=${randomUUID()}`;
    const args = ['--conditions=source', main, dir];
    const parent = spawn(process.execPath, args, {
      env: { ...process.env, MO_TEST_MARK: mark.split('=')[1] },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(parent.stdout, 'data');
    const left = paths();
    const existed = left.map(existsSync);
    parent.kill('SIGKILL');
    expect(existed).toEqual([true, true]);
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
    expect(left.map(existsSync)).toEqual([false, false]);
  });

  test('are kept for a stack that is already running there', async () => {
    const stack = await startStack({ dir, fsync: false, isTemporary: true, env, mainOf: () => dummy });
    try {
      await expect(startStack({ dir, isTemporary: true, env, mainOf: () => dummy })).rejects.toThrow('already running');
      expect(paths().map(existsSync)).toEqual([true, true]);
    } finally {
      await stack.stop();
    }
  });

  test('are deleted when the stack is stopped', async () => {
    const stack = await startStack({ dir, fsync: false, isTemporary: true, env, mainOf: () => dummy });
    const left = paths();
    expect(left.map(existsSync)).toEqual([true, true]);
    await stack.stop();
    expect(left.map(existsSync)).toEqual([false, false]);
  });
});
