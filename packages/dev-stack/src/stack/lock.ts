/**
 * The lock that admits one supervisor per folder. It names the supervisor and its guard: a second start is refused
 * while the supervisor runs, and waits while the guard of a killed supervisor still cleans up.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { poll } from '../processes/poll.ts';
import { isRunning, processIdentity } from '../processes/proc.ts';
import { createAtomically } from '../state-dir.ts';

const guardTimeoutMs = 30_000;
const permitTimeoutMs = 30_000;

interface Lock {
  supervisor: string;
  guard: string;
  /** Gives each lock a text of its own. */
  id: string;
}

/**
 * @returns a function that releases the lock
 * @throws Error if another supervisor holds it
 */
export async function takeLock(dir: string, guardPid: number): Promise<() => void> {
  const path = join(dir, 'lock.json');
  const lock: Lock = {
    supervisor: processIdentity(process.pid),
    guard: processIdentity(guardPid),
    id: randomUUID(),
  };
  const mine = JSON.stringify(lock);
  await take(path, mine, ({ supervisor }) => {
    throw new Error(
      `this stack is already running: process ${pidOf(supervisor)} uses the data in ${dir}. Stop it, or ` +
        'set MO_DIR and other ports to run a second stack',
    );
  });
  return () => {
    if (textOf(path) === mine) rmSync(path, { force: true });
  };
}

/**
 * Creates the lock at this path as soon as no running process holds it.
 *
 * @param onHeld is called while another process holds it; the next attempt follows when it returns
 */
async function take(path: string, mine: string, onHeld: (by: Lock, text: string) => unknown): Promise<void> {
  while (!createAtomically(path, mine)) {
    const text = textOf(path);
    if (text === undefined) continue; // it was released meanwhile
    const by = lockIn(text);
    if (by && isRunning(by.supervisor)) await onHeld(by, text);
    else await removeStale(path, text, mine, by);
  }
}

/**
 * Removes a lock whose supervisor is gone, after its guard is gone too. Several starts may find it. Each of them would
 * remove what is at the path by then, which may be the lock of a faster one. So only the holder of the permit for this
 * text removes it. The permit is a lock itself, because its holder may be killed.
 *
 * @param by undefined if the text is damaged
 */
async function removeStale(path: string, text: string, mine: string, by: Lock | undefined): Promise<void> {
  if (by && !(await poll(() => !isRunning(by.guard), guardTimeoutMs)))
    throw new Error(
      `the previous run in ${dirname(path)} is still being stopped, by process ${pidOf(by.guard)}: try again later`,
    );
  const permit = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  await take(permit, mine, async ({ supervisor }, held) => {
    if (!(await poll(() => textOf(permit) !== held || !isRunning(supervisor), permitTimeoutMs)))
      throw new Error(`process ${pidOf(supervisor)} is removing ${path} and does not continue: stop it, and try again`);
  });
  if (textOf(path) === text) rmSync(path, { force: true });
  rmSync(permit, { force: true });
}

const pidOf = (identity: string): string => identity.split('@')[0]!;

/** The text of the file; undefined if it does not exist. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined if the text is damaged, as after a power cut. */
function lockIn(text: string): Lock | undefined {
  try {
    const lock = JSON.parse(text) as Partial<Lock> | null;
    return typeof lock?.supervisor === 'string' && typeof lock.guard === 'string' ? (lock as Lock) : undefined;
  } catch {
    return undefined;
  }
}
