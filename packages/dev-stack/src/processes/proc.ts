import { readFileSync } from 'node:fs';

/** True while a process with this id exists. A zombie counts as gone if the system has /proc. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return procStat(pid)?.state !== 'Z';
}

/** Fields of /proc/<pid>/stat; undefined if the process is gone or the system has no /proc. */
export function procStat(pid: number): { name: string; state: string; parent: number; startedAt: string } | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const { name, fields } = splitProcStat(line);
  return { name, state: fields[0] ?? '', parent: Number(fields[1]), startedAt: fields[19] ?? '' };
}

/** Splits a line of /proc/<pid>/stat into the name and the fields after it: state, parent … */
export function splitProcStat(line: string): { name: string; fields: string[] } {
  // pid (name) state parent …: the name may contain spaces and parentheses, so search for the last one.
  const close = line.lastIndexOf(')');
  return { name: line.slice(line.indexOf('(') + 1, close), fields: line.slice(close + 2).split(' ') };
}

/** The pid and the start time, which together stay unique when the system reuses the pid. */
export function processIdentity(pid: number): string {
  return `${pid}@${procStat(pid)?.startedAt ?? ''}`;
}

/** True while the process with this identity exists. */
export function isRunning(identity: string): boolean {
  const pid = Number(identity.split('@')[0]);
  return isAlive(pid) && processIdentity(pid) === identity;
}

/** The command line of a process; empty if it is gone or the system has no /proc. */
export function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Sends a signal; false if the process is already gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
