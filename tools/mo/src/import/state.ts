/**
 * The progress of an import, in a file next to the imported one. The file is replaced after each part. So an import
 * that was killed at any moment continues with its current part, under the same idempotency key: the API then counts
 * what is already done, and does it only once.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { CommandError } from '@mo/command';
import { isAlive, procStat } from '@mo/dev-stack/proc';
import type { Scan } from './scan.ts';

const KEY_BYTES = 12;
const VERSION = 1;
/** See proc_sys_kernel(5). */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export interface ImportState {
  readonly version: typeof VERSION;
  /** The hash of the file when the import started. */
  readonly sha256: string;
  readonly lines: number;
  readonly gateway: string;
  /** The idempotency key of a part is this and the number of the part. */
  readonly key: string;
  readonly started_at: string;
  /** The process that runs the import; null if none does. */
  pid: number | null;
  /** The start of that process, by which it differs from a later one with the same id; null if it is not known. */
  pid_start?: string | null;
  finished_at: string | null;
  done: Done;
}

/** The part of the import that is done. */
export interface Done {
  readonly parts: number;
  /** The position of the next part in the file, in bytes, and the number of its first line. */
  readonly offset: number;
  readonly line: number;
  readonly received: number;
  readonly created: number;
  readonly failed: number;
  /** The lengths of the files with the failed lines and the reasons. */
  readonly failed_bytes: number;
  readonly errors_bytes: number;
}

const NOTHING_DONE: Omit<Done, 'offset' | 'line'> = {
  parts: 0,
  received: 0,
  created: 0,
  failed: 0,
  failed_bytes: 0,
  errors_bytes: 0,
};

export function newState(
  { sha256, lines, start }: Pick<Scan, 'sha256' | 'lines' | 'start'>,
  gateway: string,
): ImportState {
  return {
    version: VERSION,
    sha256,
    lines,
    gateway,
    key: `mo-import-${randomBytes(KEY_BYTES).toString('hex')}`,
    started_at: new Date().toISOString(),
    ...thisProcess(),
    finished_at: null,
    done: { ...NOTHING_DONE, ...start },
  };
}

export const keyOf = ({ key, done }: ImportState): string => `${key}-${done.parts + 1}`;

/** Reads the state; null if there is none. @throws CommandError if the file is not a state */
export function readState(path: string): ImportState | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CommandError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  try {
    const state = JSON.parse(text) as ImportState;
    if (state.version === VERSION && typeof state.key === 'string' && Number.isSafeInteger(state.done.offset))
      return state;
  } catch {
    // Reported below.
  }
  throw new CommandError(`${path} is not the state of an import: move it away, or start again with --restart`);
}

/** Replaces the state atomically. @throws CommandError if that is not possible */
export function writeState(path: string, state: ImportState): void {
  try {
    writeFileSync(`${path}.part`, `${JSON.stringify(state, null, 2)}\n`);
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw new CommandError(`the state of the import cannot be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export const thisProcess = () => ({ pid: process.pid, pid_start: startOf(process.pid) });

/** Identifies the start of a process, as far as /proc shows it: the boot of the machine, and the ticks since then. */
export function startOf(pid: number): string | null {
  const stat = procStat(pid);
  return stat === undefined ? null : `${readFileSync(BOOT_ID, 'utf8').trim()} ${stat.startedAt}`;
}

/** Whether another process is running the import now. */
export function isAtWork({ pid, pid_start: start = null }: ImportState): boolean {
  if (pid === null || pid === process.pid) return false;
  const current = startOf(pid);
  if (start !== null && current !== null && start !== current) return false;
  return isAlive(pid);
}
