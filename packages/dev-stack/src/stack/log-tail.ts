/**
 * Processes write their logs straight into files, so that a supervisor which is busy or killed holds nobody up. What
 * is worth a look, warnings and errors, is read back from there and shown at the console in one line each.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import type { Log } from '../progress.ts';

const everyMs = 250;
const readBytesMax = 256 * 1024;
const linesMax = 10;
const lineLengthMax = 300;
/** A log that has grown past this is emptied. */
const logBytesMax = 64 * 1024 * 1024;
const warnLevel = 40;

/** Empties a log file that has grown too large in earlier runs. */
export function trimLog(path: string): void {
  if (existsSync(path) && statSync(path).size > logBytesMax) truncateSync(path);
}

/** Shows the warnings and errors that are appended to the file from now on; answers how to end that. */
export function tailLog(path: string, name: string, log: Log): () => void {
  const fd = openSync(path, 'a+', 0o600);
  let position = fstatSync(fd).size;
  let rest = '';
  const look = () => {
    const { size } = fstatSync(fd);
    if (size < position) position = 0;
    const buffer = Buffer.alloc(Math.min(size - position, readBytesMax));
    position += readSync(fd, buffer, 0, buffer.length, position);
    const lines = (rest + buffer.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    show(lines.flatMap(worthALook), name, log);
    if (position >= logBytesMax) ftruncateSync(fd);
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    look();
    closeSync(fd);
  };
}

/** The message of a warning or an error; nothing for a line of any other kind. */
export function worthALook(line: string): string[] {
  if (line.trim() === '') return [];
  try {
    const { level, msg, err } = JSON.parse(line) as { level?: unknown; msg?: string; err?: { message?: string } };
    if (!isWarning(level)) return [];
    const cause = err?.message && err.message !== msg ? err.message : undefined;
    return [[msg, cause].filter(Boolean).join(': ') || line];
  } catch {
    return [line]; // not from the logger: a process that crashes says so in plain text
  }
}

function isWarning(level: unknown): boolean {
  return typeof level === 'number' ? level >= warnLevel : ['warn', 'error', 'fatal'].includes(String(level));
}

function show(messages: string[], name: string, log: Log) {
  for (const message of messages.slice(0, linesMax)) log(`${name}: ${message.slice(0, lineLengthMax)}`);
  if (messages.length > linesMax) log(`${name}: … and ${messages.length - linesMax} more lines in its log`);
}
