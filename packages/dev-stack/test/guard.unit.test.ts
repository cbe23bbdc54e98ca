import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Guard } from '../src/processes/guard.ts';
import { poll } from '../src/processes/poll.ts';
import { isAlive } from '../src/processes/proc.ts';
import { marked } from './fixtures/marked.ts';

const parentMain = fileURLToPath(new URL('./fixtures/parent.ts', import.meta.url));
const timeoutMs = 15_000;

interface Pids {
  guard: number;
  obedient: number;
  stubborn: number;
}

let dir: string;
let mark: string;
let parent: ChildProcess;
let pids: Pids;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mo-guard-'));
  mark = `MO_TEST_MARK=${randomUUID()}`;
  const env = { ...process.env, MO_TEST_MARK: mark.split('=')[1] };
  parent = spawn(process.execPath, [parentMain, dir], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout!, 'data');
  pids = JSON.parse(String(line)) as Pids;
});

afterEach(() => {
  for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

describe('the guard', () => {
  test('stops every process of a killed supervisor, removes its folder, and exits', async () => {
    expect([pids.obedient, pids.stubborn].map(isAlive)).toEqual([true, true]);
    parent.kill('SIGKILL');
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
    expect(existsSync(dir)).toBe(false);
  });

  test('is replaced by a new guard when it is killed', async () => {
    process.kill(pids.guard, 'SIGKILL');
    const isBack = () =>
      marked(mark).some((pid) => ![pids.guard, pids.obedient, pids.stubborn, parent.pid].includes(pid));
    expect(await poll(isBack, timeoutMs)).toBe(true);
    parent.kill('SIGKILL');
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
  });

  test('leaves a record when killed together with its supervisor, and the next start stops what is left', async () => {
    parent.kill('SIGSTOP'); // else it would start another guard
    for (const pid of [pids.guard, parent.pid!]) process.kill(pid, 'SIGKILL');
    expect(await poll(() => marked(mark).length === 2, timeoutMs)).toBe(true);
    const next = await Guard.start();
    await next.takeOver(join(dir, 'running.json'));
    expect(marked(mark)).toEqual([]);
    await next.close();
    // The folder remains, because the next start may use it.
    expect(readdirSync(dir)).toEqual(['log']);
  });

  test('ignores the signals of a terminal', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pids.guard, signal);
    parent.kill('SIGKILL');
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
  });
});
