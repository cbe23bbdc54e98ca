/**
 * Imports a file in parts, one after the other. Each part is a separate upload with its own idempotency key. So the
 * progress shows what is committed, every failed line is reported, and a run that was stopped or killed continues where
 * it was, without sending the whole file again.
 */
import { basename, dirname, extname, join } from 'node:path';
import type { BulkSummary, MoClient } from '@mo/client';
import { CommandError, type ProgressOutput, showProgress } from '@mo/command';
import { FailedLines } from './failed-lines.ts';
import { type Part, partsOf } from './lines.ts';
import { FORMATS, type Format, formatOf, scan } from './scan.ts';
import { type Done, type ImportState, isAtWork, keyOf, newState, readState, thisProcess, writeState } from './state.ts';

/** How long after the start of an upload a repetition counts the lines that it had created as created. */
const KEY_LIFETIME_MS = 24 * 60 * 60_000;

export interface ImportOptions {
  readonly path: string;
  /** If absent, it is derived from the extension of the file's name. */
  readonly format: Format | undefined;
  /** The folder for the state and the failed lines; by default that of the file. */
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
  /** The file of the lines that failed, unchanged; null if none did. */
  readonly failed_lines: string | null;
  /** The file of the reasons, one JSON object per line. */
  readonly errors: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** @throws CommandError if the file or its state is invalid; MoError if the gateway does not accept the upload */
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
    join(folder, `${basename(path)}.errors.ndjson`),
    header,
  );

  const known = options.isRestart ? null : knownState(statePath, sha256, options.gatewayUrl);
  if (known?.finished_at != null) {
    note(`already imported at ${known.finished_at}; --restart imports it again`);
    return importedOf(path, known, failedLines);
  }
  const state = known ?? newState({ sha256, lines, start }, options.gatewayUrl);
  if (known !== null) noteResumed(known, note);
  Object.assign(state, thisProcess());
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
    if (state.finished_at === null) note(`run again to continue at line ${state.done.line} of ${state.lines}`);
  }
  return importedOf(path, state, failedLines);
}

/**
 * The state of an unfinished import, or of the same import if it is finished; null if there is none.
 *
 * @throws CommandError
 */
function knownState(statePath: string, sha256: string, gatewayUrl: string): ImportState | null {
  const known = readState(statePath);
  if (known === null) return null;
  const isOther = known.sha256 !== sha256 || known.gateway !== gatewayUrl;
  if (known.finished_at !== null) return isOther ? null : known;
  if (isAtWork(known))
    throw new CommandError(
      `process ${known.pid} is importing this file: if it is another program, set "pid" to null in ${statePath}`,
    );
  const unfinished = `the import that started at ${known.started_at} (${statePath})`;
  if (known.sha256 !== sha256)
    throw new CommandError(`the file has changed since ${unfinished}: restore it, or start again with --restart`);
  if (known.gateway !== gatewayUrl)
    throw new CommandError(`${unfinished} uses ${known.gateway}: name that gateway, or start again with --restart`);
  return known;
}

function noteResumed({ done, lines, started_at }: ImportState, note: (text: string) => void): void {
  note(`continuing at line ${done.line} of ${lines} with the import that started at ${started_at}`);
  if (Date.now() - Date.parse(started_at) > KEY_LIFETIME_MS)
    note('that is more than 24 hours ago: lines that it created in its last part may be reported as already existing');
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
    throw new Error(`${summary.failed} lines failed, but the answer lists ${summary.errors.length}`);
  return summary;
}

function after(done: Done, part: Part, summary: BulkSummary, failedLines: FailedLines, prefixLines: number): Done {
  const errors = summary.errors.map((error) => ({ ...error, line: error.line - prefixLines }));
  const added = failedLines.add(part, errors, done.failed === 0);
  return {
    parts: done.parts + 1,
    offset: part.end,
    line: part.firstLine + part.lines.length,
    received: done.received + summary.received,
    created: done.created + summary.created,
    failed: done.failed + summary.failed,
    failed_bytes: done.failed_bytes + added.failed,
    errors_bytes: done.errors_bytes + added.errors,
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
