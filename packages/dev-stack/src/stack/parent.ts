/**
 * `npm start` is a chain of processes: npm, possibly a shell, and this process. When a terminal is closed or npm is
 * killed with -9, the rest of the chain keeps running. So this process checks five times a second whether it and the
 * shell still have their original parents.
 */
import { procStat } from '../processes/proc.ts';

const everyMs = 200;
const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh']);

/** Calls `onGone` once when npm is gone. Does nothing if npm did not start this process. */
export function watchParent(env: NodeJS.ProcessEnv, onGone: () => void): void {
  if (!env.npm_lifecycle_event) return;
  const shell = procStat(process.ppid);
  const links = [{ pid: process.pid, parent: process.ppid }];
  if (shell && shells.has(shell.name)) links.push({ pid: process.ppid, parent: shell.parent });
  const timer = setInterval(() => {
    if (links.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
}

function parentOf(pid: number): number | undefined {
  return pid === process.pid ? process.ppid : procStat(pid)?.parent;
}
