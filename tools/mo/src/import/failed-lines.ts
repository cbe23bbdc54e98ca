/**
 * The lines that failed, unchanged, to be corrected and imported again, and a second file with the reasons as NDJSON. A
 * run cuts both to the lengths in the import's state first, so lines that a killed run appended after its last state do
 * not appear twice.
 */
import { appendFileSync, existsSync, rmSync, statSync, truncateSync } from 'node:fs';
import type { BulkError } from '@mo/client';
import { type Part, withEnd } from './lines.ts';
import type { Done } from './state.ts';

export class FailedLines {
  readonly linesPath: string;
  readonly errorsPath: string;
  readonly #header: Buffer | null;

  /** @param header of a CSV file, which the file of failed lines needs too */
  constructor(linesPath: string, errorsPath: string, header: Buffer | null) {
    this.linesPath = linesPath;
    this.errorsPath = errorsPath;
    this.#header = header;
  }

  /** Cuts both files to the progress of the import. */
  cut({ failed_bytes: failedBytes, errors_bytes: errorsBytes }: Pick<Done, 'failed_bytes' | 'errors_bytes'>): void {
    cutFile(this.linesPath, failedBytes);
    cutFile(this.errorsPath, errorsBytes);
  }

  /**
   * Appends the failed lines of a part.
   *
   * @param errors with line numbers within the part, from 1
   * @returns the bytes that were appended to each file
   */
  add({ lines, firstLine }: Part, errors: readonly BulkError[], isFirst: boolean): { failed: number; errors: number } {
    if (errors.length === 0) return { failed: 0, errors: 0 };
    const failed = errors.map(({ line }) => withEnd(lines[line - 1] ?? Buffer.alloc(0)));
    const text = Buffer.concat([...(isFirst && this.#header !== null ? [this.#header] : []), ...failed]);
    const reasons = errors
      .map((error) => `${JSON.stringify({ ...error, line: firstLine + error.line - 1 })}\n`)
      .join('');
    appendFileSync(this.linesPath, text);
    appendFileSync(this.errorsPath, reasons);
    return { failed: text.length, errors: Buffer.byteLength(reasons) };
  }
}

function cutFile(path: string, bytes: number): void {
  if (bytes === 0) rmSync(path, { force: true });
  // A longer length would append NUL bytes to a file that the user has moved away and a later part has begun again.
  else if (existsSync(path) && statSync(path).size > bytes) truncateSync(path, bytes);
}
