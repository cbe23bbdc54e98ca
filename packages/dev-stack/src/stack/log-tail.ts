/**
 * Processes write their logs directly to files, so that a busy or killed supervisor does not block them. Warnings and
 * errors are read back from the files and shown at the console, one line each.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import type { Log } from '../progress.ts';

const everyMs = 250;
const readBytesMax = 256 * 1024;
const linesMax = 10;
const lineLengthMax = 300;
/** A larger log is emptied. */
const logBytesMax = 64 * 1024 * 1024;
const shownLevels = new Set(['warn', 'error', 'fatal']);

/** The name of the process that listens at an origin, if known. */
export type NameOf = (origin: string) => string | undefined;

/** Empties a log file that has grown too large in earlier runs. */
export function trimLog(path: string): void {
  if (existsSync(path) && statSync(path).size > logBytesMax) truncateSync(path);
}

/**
 * Shows the warnings and errors that are appended to the file from now on.
 *
 * @returns a function that stops this
 */
export function tailLog(path: string, name: string, log: Log, nameOf?: NameOf): () => void {
  const fd = openSync(path, 'a+', 0o600);
  let position = fstatSync(fd).size;
  let rest = '';
  const showNew = () => {
    const { size } = fstatSync(fd);
    if (size < position) position = 0;
    const buffer = Buffer.alloc(Math.min(size - position, readBytesMax));
    position += readSync(fd, buffer, 0, buffer.length, position);
    const lines = (rest + buffer.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    const messages = lines.flatMap((line) => warningIn(line, nameOf));
    show(messages, name, log);
    if (position >= logBytesMax) ftruncateSync(fd);
  };
  const timer = setInterval(showNew, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    showNew();
    closeSync(fd);
  };
}

/** The members of a log line that are shown. */
interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
  /** These are in the line of a request. */
  readonly status?: number;
  readonly method?: string;
  readonly path?: string;
  readonly problem?: string;
  /** These are in the line about a process that the gateway calls. */
  readonly origin?: string;
  readonly state?: string;
  readonly reason?: string;
}

/** The text of a warning or an error; empty for any other line. */
export function warningIn(line: string, nameOf: NameOf = () => undefined): string[] {
  if (line.trim() === '') return [];
  try {
    const entry = JSON.parse(line) as LogLine;
    if (!shownLevels.has(entry.level ?? '')) return [];
    const { msg, err, status, problem, method, path, origin, state, reason } = entry;
    const cause = err?.message && err.message !== msg ? err.message : undefined;
    const name = origin && nameOf(origin);
    const details = [name ? `${name} (${origin})` : origin, state, reason].filter(Boolean).join(', ');
    const text = [msg, details, cause].filter(Boolean).join(': ') || line;
    const request = [status, problem, method, path].filter((member) => member !== undefined);
    return [[text, ...request].join(' ')];
  } catch {
    return [line]; // not from the logger: a crash is reported in plain text
  }
}

function show(messages: string[], name: string, log: Log) {
  for (const message of messages.slice(0, linesMax)) log(`${name}: ${message.slice(0, lineLengthMax)}`);
  if (messages.length > linesMax) log(`${name}: … and ${messages.length - linesMax} more lines in its log`);
}
