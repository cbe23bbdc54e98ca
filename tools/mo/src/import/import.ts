/**
 * Imports a file in parts, one after the other, each an upload of its own under a key of its own: so the progress is that of
 * what is committed, every line that fails is told, and a run that was stopped or killed goes on where it was, without
 * sending the whole file again.
 */
import { basename, dirname, extname, join } from 'node:path';
import type { BulkSummary, MoClient } from '@mo/client';
import { CommandError, type ProgressOutput, showProgress } from '@mo/command';
import { FailedLines } from './failed-lines.ts';
import { type Part, partsOf } from './lines.ts';
import { FORMATS, type Format, formatOf, scan } from './scan.ts';
import { type Done, type ImportState, isAtWork, keyOf, newState, readState, writeState } from './state.ts';

/** The API counts lines that are done as created for so long after their upload began. */
const KEY_LIFETIME_MS = 24 * 60 * 60_000;

export interface ImportOptions {
  readonly path: string;
  /** By the ending of the file's name unless it is told. */
  readonly format: Format | undefined;
  /** Where the state and the failed lines go: beside the file unless it is told. */
  readonly output: string | undefined;
  /** Forgets an earlier import of the file. */
  readonly isRestart: boolean;
  readonly client: MoClient;
  readonly gatewayUrl: string;
  readonly signal: AbortSignal;
  readonly progress: ProgressOutput;
  readonly note: (text: string) => void;
}

export interface Imported {
  readonly file: string;
  readonly lines: number;
  readonly received: number;
  readonly created: number;
  readonly failed: number;
  /** The lines that failed, as they were; null where none did. */
  readonly failed_lines: string | null;
  /** Why, a JSON object a line. */
  readonly errors: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** @throws CommandError where the file or its state is not as it must be; MoError where the gateway doesn't take it */
export async function importCustomers(options: ImportOptions): Promise<Imported> {
  const { path, signal, note } = options;
  const folder = options.output ?? dirname(path);
  const extension = extname(path);
  const name = basename(path, extension);
  const statePath = join(folder, `${basename(path)}.import.json`);
  const format = options.format ?? formatOf(path);
  const { sha256, lines, header, prefix, start } = await scan(path, format, signal);
  const failedLines = new FailedLines(
    join(folder, `${name}.failed${extension}`),
    join(folder, `${name}.errors.ndjson`),
    header,
  );

  const known = options.isRestart ? null : knownState(statePath, sha256, options.gatewayUrl);
  if (known?.finished_at != null) {
    note(`imported already at ${known.finished_at}; --restart imports it anew`);
    return importedOf(path, known, failedLines);
  }
  const state = known ?? newState({ sha256, lines, start }, options.gatewayUrl);
  if (known !== null) tellResumed(known, note);
  state.pid = process.pid;
  failedLines.cut(state.done);
  writeState(statePath, state);

  const work = { unit: 'lines', done: () => state.done.line - 1, total: lines };
  const stopProgress = showProgress(work, options.progress);
  try {
    for await (const part of partsOf(path, state.done)) {
      const summary = await send(options, part, FORMATS[format], prefix, keyOf(state));
      state.done = after(state.done, part, summary, failedLines, prefix === null ? 0 : 1);
      writeState(statePath, state);
    }
    state.finished_at = new Date().toISOString();
  } finally {
    stopProgress();
    state.pid = null;
    writeState(statePath, state);
    if (state.finished_at === null) note(`run again it goes on at line ${state.done.line} of ${state.lines}`);
  }
  return importedOf(path, state, failedLines);
}

/** The state to go on with, or that of the same import which is over; null where there is none. @throws CommandError */
function knownState(statePath: string, sha256: string, gatewayUrl: string): ImportState | null {
  const known = readState(statePath);
  if (known === null) return null;
  const isOther = known.sha256 !== sha256 || known.gateway !== gatewayUrl;
  if (known.finished_at !== null) return isOther ? null : known;
  if (isAtWork(known)) throw new CommandError(`process ${known.pid} imports this file now: see ${statePath}`);
  const began = `the import that began at ${known.started_at} (${statePath})`;
  if (known.sha256 !== sha256)
    throw new CommandError(`the file has changed since ${began}: put the old one back, or begin anew with --restart`);
  if (known.gateway !== gatewayUrl)
    throw new CommandError(`${began} goes to ${known.gateway}: name that one, or begin anew with --restart`);
  return known;
}

function tellResumed({ done, lines, started_at }: ImportState, note: (text: string) => void): void {
  note(`going on at line ${done.line} of ${lines} with the import that began at ${started_at}`);
  if (Date.now() - Date.parse(started_at) > KEY_LIFETIME_MS)
    note(
      'that is more than 24 hours ago: of the part that it was at, lines may be told as existing that it had created',
    );
}

async function send(
  { client, signal }: ImportOptions,
  { lines }: Part,
  type: (typeof FORMATS)[Format],
  prefix: Buffer | null,
  idempotencyKey: string,
): Promise<BulkSummary> {
  const body = Buffer.concat(prefix === null ? lines : [prefix, ...lines]);
  const summary = await client.customers.createInBulk(body, { type, idempotencyKey, signal });
  if (summary.errors.length !== summary.failed)
    throw new Error(`${summary.failed} lines failed, and ${summary.errors.length} are told`);
  return summary;
}

function after(done: Done, part: Part, summary: BulkSummary, failedLines: FailedLines, prefixLines: number): Done {
  const errors = summary.errors.map((error) => ({ ...error, line: error.line - prefixLines }));
  const longer = failedLines.add(part, errors, done.failed === 0);
  return {
    parts: done.parts + 1,
    offset: part.end,
    line: part.firstLine + part.lines.length,
    received: done.received + summary.received,
    created: done.created + summary.created,
    failed: done.failed + summary.failed,
    failed_bytes: done.failed_bytes + longer.failed,
    errors_bytes: done.errors_bytes + longer.errors,
  };
}

function importedOf(path: string, state: ImportState, { linesPath, errorsPath }: FailedLines): Imported {
  const { received, created, failed } = state.done;
  return {
    file: path,
    lines: state.lines,
    received,
    created,
    failed,
    failed_lines: failed === 0 ? null : linesPath,
    errors: failed === 0 ? null : errorsPath,
    started_at: state.started_at,
    finished_at: state.finished_at,
  };
}
