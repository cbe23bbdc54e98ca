/**
 * The lock that admits one supervisor per folder. It names the supervisor and its guard: a second start is refused
 * while the supervisor runs, and waits while the guard of a killed supervisor still cleans up.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../processes/poll.ts';
import { isRunning, processIdentity } from '../processes/proc.ts';

const guardTimeoutMs = 30_000;

interface Lock {
  supervisor: string;
  guard: string;
}

/**
 * @returns a function that releases the lock
 * @throws Error if another supervisor holds it
 */
export async function takeLock(dir: string, guardPid: number): Promise<() => void> {
  const path = join(dir, 'lock.json');
  const mine: Lock = { supervisor: processIdentity(process.pid), guard: processIdentity(guardPid) };
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    await removeStaleLock(path, dir);
  }
}

/** Removes the lock of a supervisor that is gone, after its guard is gone too. */
async function removeStaleLock(path: string, dir: string) {
  const held = read(path);
  if (!held) return rmSync(path, { force: true }); // incompletely written
  if (isRunning(held.supervisor))
    throw new Error(
      `this stack is already running: process ${held.supervisor.split('@')[0]} uses the data in ${dir}. Stop it, or ` +
        'set MO_DIR and other ports to run a second stack',
    );
  if (!(await poll(() => !isRunning(held.guard), guardTimeoutMs)))
    throw new Error(
      `the previous run in ${dir} is still being stopped, by process ${held.guard.split('@')[0]}: try again later`,
    );
  rmSync(path, { force: true });
}

function read(path: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Lock;
  } catch {
    return undefined;
  }
}
