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
  test('ends every process of a supervisor that was killed, removes its folder, and goes', async () => {
    expect([pids.obedient, pids.stubborn].map(isAlive)).toEqual([true, true]);
    parent.kill('SIGKILL');
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
    expect(existsSync(dir)).toBe(false);
  });

  test('is followed by another one when it is killed itself', async () => {
    process.kill(pids.guard, 'SIGKILL');
    const isBack = () =>
      marked(mark).some((pid) => ![pids.guard, pids.obedient, pids.stubborn, parent.pid].includes(pid));
    expect(await poll(isBack, timeoutMs)).toBe(true);
    parent.kill('SIGKILL');
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
  });

  test('that is killed together with its supervisor leaves a record, by which the next start ends what is left', async () => {
    parent.kill('SIGSTOP'); // it would start another one
    for (const pid of [pids.guard, parent.pid!]) process.kill(pid, 'SIGKILL');
    expect(await poll(() => marked(mark).length === 2, timeoutMs)).toBe(true);
    const next = await Guard.start();
    await next.takeOver(join(dir, 'running.json'));
    expect(marked(mark)).toEqual([]);
    await next.close();
    // The folder may be the next start's by now.
    expect(readdirSync(dir)).toEqual(['log']);
  });

  test('does not mind the signals of a terminal', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pids.guard, signal);
    parent.kill('SIGKILL');
    expect(await poll(() => marked(mark).length === 0, timeoutMs)).toBe(true);
  });
});
