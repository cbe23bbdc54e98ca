/**
 * The peak memory of each process. The kernel records the peak and resets it on request, so no sampling is needed.
 * PostgreSQL's processes share most of their memory: private memory is summed, shared memory counts once.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { childrenOf } from './cpu.ts';
import { type PerProcess, type Pids, perProcess } from './processes.ts';

const KIB_PER_MIB = 1024;
/** Written to /proc/<pid>/clear_refs, resets the peak. */
const FORGET_PEAK = '5';

/** Resets the peaks where that is permitted; otherwise peaks count from the start of each process. */
export function forgetPeaks(pids: Pids): void {
  for (const pid of Object.values(pids).flat()) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, FORGET_PEAK);
    } catch {}
  }
}

/**
 * The peak of each process in MiB; of the largest replica if a service has several. For PostgreSQL, its memory now.
 */
export function peaksMib(pids: Pids): PerProcess {
  return perProcess((name) =>
    name === 'postgres' ? postgresMib(pids.postgres) : Math.max(0, ...pids[name].map((pid) => statusOf(pid).VmHWM)),
  );
}

function postgresMib(postmasters: readonly number[]): number {
  const all = postmasters.flatMap((postmaster) => [postmaster, ...childrenOf(postmaster)]).map(statusOf);
  return all.reduce((sum, { RssAnon }) => sum + RssAnon, 0) + Math.max(0, ...all.map(({ RssShmem }) => RssShmem));
}

const FIELDS = ['VmHWM', 'RssAnon', 'RssShmem'] as const;

function statusOf(pid: number): Record<(typeof FIELDS)[number], number> {
  const text = read(`/proc/${pid}/status`);
  const mib = (field: string) => Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) / KIB_PER_MIB;
  return { VmHWM: mib('VmHWM'), RssAnon: mib('RssAnon'), RssShmem: mib('RssShmem') };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // has ended since
  }
}
