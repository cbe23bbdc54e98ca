/**
 * The output of a command: tables and sentences for people; with `--json` one JSON value per line, and nothing else.
 */
import { once } from 'node:events';
import { styleText } from 'node:util';
import { type Column, Table } from './table.ts';

/** Rows that are printed together. */
const ROWS_AT_ONCE = 200;

export interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  /** Whether more than the high-water mark is buffered for the reader. */
  readonly writableNeedDrain?: boolean;
}

export class Output {
  readonly isJson: boolean;
  readonly stderr: Terminal;
  readonly #stdout: Terminal;
  readonly #stopping: () => AbortSignal | null;

  /** @param stopping the signal that ends a wait for the reader; null if the command does not handle being stopped */
  constructor(isJson: boolean, stdout: Terminal, stderr: Terminal, stopping: () => AbortSignal | null = () => null) {
    this.isJson = isJson;
    this.#stdout = stdout;
    this.stderr = stderr;
    this.#stopping = stopping;
  }

  /** Prints one record, member by member, each as long as it is. */
  record<Row extends object>(row: Row, columns: readonly Column<Row>[]): void {
    if (this.isJson) {
      this.#json(row);
      return;
    }
    const members = columns.map(({ head, of }) => ({ name: head.toLowerCase(), value: of(row) }));
    const inTwo: Column<(typeof members)[number]>[] = [
      { head: '', of: ({ name }) => name },
      { head: '', of: ({ value }) => value },
    ];
    const table = new Table(inTwo, Number.POSITIVE_INFINITY);
    for (const line of table.lines(members).body) this.#line(line);
  }

  /** Prints rows as they arrive, one per line, at the pace of the reader. @returns the number of rows */
  async rows<Row>(rows: AsyncIterable<Row> | Iterable<Row>, columns: readonly Column<Row>[]): Promise<number> {
    const table = new Table(columns);
    let waiting: Row[] = [];
    let count = 0;
    const show = async () => {
      const { head, body } = table.lines(waiting);
      if (head !== null) this.#line(styleText('bold', head, { stream: this.#stdout }));
      for (const line of body) this.#line(line);
      waiting = [];
      await this.room();
    };
    for await (const row of rows) {
      count += 1;
      if (!this.isJson) {
        if (waiting.push(row) === ROWS_AT_ONCE) await show();
        continue;
      }
      this.#json(row);
      await this.room();
    }
    if (!this.isJson && (waiting.length > 0 || !table.isBegun)) await show();
    return count;
  }

  /** Prints a result: the value for programs, or the text for people. */
  result(value: object, text: string): void {
    if (this.isJson) this.#json(value);
    else this.#line(text);
  }

  /** Prints an empty line between tables. */
  gap(): void {
    if (!this.isJson) this.#line('');
  }

  /**
   * Resolves once the reader has taken enough. Commands that print much wait for it, so that their output is not held
   * in memory.
   *
   * @throws the reason of the signal, once the command is stopped
   */
  async room(): Promise<void> {
    if (this.#stdout.writableNeedDrain !== true) return;
    const signal = this.#stopping();
    try {
      await once(this.#stdout, 'drain', signal === null ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Prints a sentence to standard error, apart from the result. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  #json(value: unknown): void {
    this.#line(JSON.stringify(value));
  }

  #line(line: string): void {
    this.#stdout.write(`${line}\n`);
  }
}
