/** What a command prints: tables and sentences for people; with `--json` one JSON value a line, and nothing else. */
import { once } from 'node:events';
import { styleText } from 'node:util';
import { type Column, Table } from './table.ts';

/** Rows that are shown together. */
const ROWS_AT_ONCE = 200;

export interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  /** Whether it holds more than it should of what its reader has not taken. */
  readonly writableNeedDrain?: boolean;
}

export class Output {
  readonly isJson: boolean;
  readonly stderr: Terminal;
  readonly #stdout: Terminal;
  readonly #stopping: () => AbortSignal | null;

  /** @param stopping what ends a wait for the reader, as far as the command asks whether it is stopped */
  constructor(isJson: boolean, stdout: Terminal, stderr: Terminal, stopping: () => AbortSignal | null = () => null) {
    this.isJson = isJson;
    this.#stdout = stdout;
    this.stderr = stderr;
    this.#stopping = stopping;
  }

  /** One thing, member by member. */
  record<Row extends object>(row: Row, columns: readonly Column<Row>[]): void {
    if (this.isJson) {
      this.#json(row);
      return;
    }
    const members = columns.map(({ head, of }) => ({ name: head.toLowerCase(), value: of(row) }));
    const table = new Table<(typeof members)[number]>([
      { head: '', of: ({ name }) => name },
      { head: '', of: ({ value }) => value },
    ]);
    for (const line of table.lines(members).body) this.#line(line);
  }

  /** Many things, a line each, as they come and are read. @returns how many there were */
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

  /** A result: what programs get, and how people are told. */
  result(value: object, text: string): void {
    if (this.isJson) this.#json(value);
    else this.#line(text);
  }

  /** An empty line between tables. */
  gap(): void {
    if (!this.isJson) this.#line('');
  }

  /**
   * Resolves once there is room for more, however slow the reader is: who prints much waits for it, so that memory does not
   * hold it all.
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

  /** A sentence on the side, which is no part of the result. */
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
