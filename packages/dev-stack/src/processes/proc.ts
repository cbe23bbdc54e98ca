import { readFileSync } from 'node:fs';

/** True while a process with this id exists (a zombie counts as gone where /proc tells). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return procStat(pid)?.state !== 'Z';
}

/** What /proc says of a process: undefined where it is gone, or where the system has no /proc. */
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

/** The name in a line of /proc/<pid>/stat, and the fields after it: state, parent … */
export function splitProcStat(line: string): { name: string; fields: string[] } {
  // pid (name) state parent …: the name may hold spaces and brackets, so look for its last one.
  const close = line.lastIndexOf(')');
  return { name: line.slice(line.indexOf('(') + 1, close), fields: line.slice(close + 2).split(' ') };
}

/** An id that is not used again when the system reuses the pid: pid and start time. */
export function processIdentity(pid: number): string {
  return `${pid}@${procStat(pid)?.startedAt ?? ''}`;
}

/** True while the process that this is the identity of exists. */
export function lives(identity: string): boolean {
  const pid = Number(identity.split('@')[0]);
  return isAlive(pid) && processIdentity(pid) === identity;
}

/** The words of the command that a process was started by; none where it is gone, or where the system does not tell. */
export function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Sends a signal; false if the process is gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
