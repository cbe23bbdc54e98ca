/**
 * `npm start` is a chain: npm, perhaps a shell, and this process. When a terminal is closed or npm is killed with -9
 * the rest of the chain lives on, unasked. So we look, five times a second, whether every link above us up to npm still
 * has the parent that it had.
 */
import { procStat } from '../processes/proc.ts';

const everyMs = 200;
const shells = new Set(['sh', 'bash', 'dash', 'ash', 'zsh']);

/** Calls back, once, when npm is gone. Does nothing where npm did not start us. */
export function watchParent(env: NodeJS.ProcessEnv, onGone: () => void): void {
  if (!env.npm_lifecycle_event) return;
  const shell = procStat(process.ppid);
  const links = [{ of: process.pid, parent: process.ppid }];
  if (shell && shells.has(shell.name)) links.push({ of: process.ppid, parent: shell.parent });
  const timer = setInterval(() => {
    if (links.every(({ of, parent }) => parentOf(of) === parent)) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
}

function parentOf(pid: number): number | undefined {
  return pid === process.pid ? process.ppid : procStat(pid)?.parent;
}
