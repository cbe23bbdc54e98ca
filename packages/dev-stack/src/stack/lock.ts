/**
 * One supervisor a folder. The lock names its process and its guard: a second start is refused while the supervisor
 * lives, and waits while the guard of one that was killed still puts things in order.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../processes/poll.ts';
import { lives, processIdentity } from '../processes/proc.ts';

const guardTimeoutMs = 30_000;

interface Lock {
  supervisor: string;
  guard: string;
}

/** Takes the lock, and answers how to give it back. Throws if somebody else has it. */
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
    await outlive(path, dir);
  }
}

/** Removes the lock of a supervisor that is gone, once its guard is gone too. */
async function outlive(path: string, dir: string) {
  const held = read(path);
  if (!held) return rmSync(path, { force: true }); // cut short in the writing
  if (lives(held.supervisor))
    throw new Error(
      `this stack runs already: process ${held.supervisor.split('@')[0]} has its data in ${dir}. Stop that one, or set ` +
        'MO_DIR and the ports to run another',
    );
  if (!(await poll(() => !lives(held.guard), guardTimeoutMs)))
    throw new Error(`the processes of the stack that ran before in ${dir} do not end: see process ${held.guard}`);
  rmSync(path, { force: true });
}

function read(path: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Lock;
  } catch {
    return undefined;
  }
}
