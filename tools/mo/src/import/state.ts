/**
 * How far an import has come, in a file beside the one that is imported. It is written anew after each part, so that an
 * import that was killed at any moment goes on with the part that it was at: under the same key the API counts what it
 * had already done of it, and does it once.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { CommandError } from '@mo/command';
import type { Scan } from './scan.ts';

const KEY_BYTES = 12;
const VERSION = 1;

export interface ImportState {
  readonly version: typeof VERSION;
  /** What the file was when the import began. */
  readonly sha256: string;
  readonly lines: number;
  readonly gateway: string;
  /** The keys of the parts are this and their number. */
  readonly key: string;
  readonly started_at: string;
  /** Of the process that is at it. */
  pid: number | null;
  finished_at: string | null;
  done: Done;
}

/** What is done of it. */
export interface Done {
  readonly parts: number;
  /** Where in the file the next part begins, in bytes, and the number of its first line. */
  readonly offset: number;
  readonly line: number;
  readonly received: number;
  readonly created: number;
  readonly failed: number;
  /** How long the files with the failed lines and with the reasons are. */
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
    pid: process.pid,
    finished_at: null,
    done: { ...NOTHING_DONE, ...start },
  };
}

export const keyOf = ({ key, done }: ImportState): string => `${key}-${done.parts + 1}`;

/** Reads it; null where there is none. @throws CommandError where it isn't one */
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
    // Told below.
  }
  throw new CommandError(`${path} does not tell of an import: move it away, or begin anew with --restart`);
}

/** Writes it so that a reader, and a later run, sees the old one or the new one. @throws CommandError where it can't */
export function writeState(path: string, state: ImportState): void {
  try {
    writeFileSync(`${path}.part`, `${JSON.stringify(state, null, 2)}\n`);
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw new CommandError(`how far the import has come can't be kept beside the file: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Whether another process is at it now. */
export function isAtWork({ pid }: ImportState): boolean {
  if (pid === null || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
