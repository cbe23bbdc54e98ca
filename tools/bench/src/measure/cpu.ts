/**
 * The CPU time of each process, from /proc. PostgreSQL has one process per connection, so its time is the sum of the
 * postmaster, its children, and its ended children, whose time the postmaster inherits.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { splitProcStat } from '@mo/dev-stack';
import { type PerProcess, type Pids, perProcess } from './processes.ts';

/** The tick of /proc times, on every Linux that Node.js supports. */
const TICK_MS = 10;
const ATTEMPTS_MAX = 10;

export interface ProcessTimes {
  readonly parent: number;
  /** Its own time, and that of its ended children. */
  readonly ownMs: number;
  readonly endedChildrenMs: number;
}

/** Reads a line of /proc/<pid>/stat. */
export function readTimes(line: string): ProcessTimes {
  const { fields } = splitProcStat(line);
  const ticks = (place: number) => Number(fields[place]) * TICK_MS;
  return { parent: Number(fields[1]), ownMs: ticks(11) + ticks(12), endedChildrenMs: ticks(13) + ticks(14) };
}

/** The CPU time of each process so far, in ms. */
export function cpuMs(pids: Pids): PerProcess {
  return perProcess((name) => {
    const msOf = name === 'postgres' ? familyMs : totalMs;
    return pids[name].reduce((sum, pid) => sum + msOf(pid), 0);
  });
}

/** Repeats the sum if a child ended meanwhile: its time would count twice or not at all. */
function familyMs(parent: number): number {
  for (let attempt = 1; ; attempt += 1) {
    const before = timesOf(parent);
    const sum = totalMs(parent) + childrenMs(parent);
    const isSame = before?.endedChildrenMs === timesOf(parent)?.endedChildrenMs;
    if (isSame || attempt === ATTEMPTS_MAX) return sum;
  }
}

function totalMs(pid: number): number {
  const times = timesOf(pid);
  return times === null ? 0 : times.ownMs + times.endedChildrenMs;
}

/** The pids of a process's children. */
export function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => timesOf(pid)?.parent === parent);
}

function childrenMs(parent: number): number {
  return childrenOf(parent).reduce((sum, pid) => sum + totalMs(pid), 0);
}

function timesOf(pid: number): ProcessTimes | null {
  try {
    return readTimes(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null; // has ended since
  }
}
