/**
 * Statements that go to the server together, and are answered together. pg would follow each of them with a Sync, at which
 * PostgreSQL sends what it has: as many system calls, and wakings of this process, as there are statements. Here one Sync follows
 * the last. Where one fails, the server passes over the rest.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import pg, { type QueryResult } from 'pg';
import { arrayText } from './array-text.ts';
import { prepareValue } from './pg-value.ts';
import { statementName } from './preparing-client.ts';
import type { Statement } from './sql.ts';

/** What pg's connection has to send, and keeps, which its types leave out. */
interface Wire {
  /** The texts of statements that the server was told to prepare, by their names. */
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: { text: string; name: string | undefined }): void;
  bind(message: { statement: string | undefined; values: readonly unknown[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string }): void;
  close(message: { type: 'S'; name: string }): void;
  sync(): void;
}

/** What became of statements: their results, or of those before one that failed, and what that one failed with. */
export interface Outcome {
  readonly results: readonly QueryResult[];
  readonly error?: unknown;
}

interface PgQuery {
  readonly _results: QueryResult | QueryResult[];
  /** What a row could not be read for, until the server has answered all. */
  readonly _canceledDueToError: unknown;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
  handleError(error: unknown, connection: Wire): void;
}
const PgQuery = pg.Query as unknown as new (config: object, callback: (error: unknown) => void) => PgQuery;

/** A query to `pg.Client.query`, which gives every result that PostgreSQL answers a query with. */
export class Together extends PgQuery {
  readonly #statements: readonly Statement[];
  /** By place, the names under which statements were to be prepared. */
  readonly #prepared: (string | undefined)[] = [];
  #done = 0;
  /** The place of the first statement whose rows could not be read: from there on nothing is told. */
  #unread: number | undefined;

  /**
   * @param statements with their parameters as {@link writable}
   * @param told called once, with the results by the places of the statements
   */
  constructor(statements: readonly Statement[], told: (outcome: Outcome) => void) {
    super({ text: '' }, (error) => told({ results: this.#results, ...(error !== null && { error }) }));
    this.#statements = statements;
  }

  get #results(): readonly QueryResult[] {
    const results = Array.isArray(this._results) ? this._results : [this._results];
    return results.slice(0, this.#unread ?? this.#done);
  }

  /** Called by pg. */
  submit(connection: Wire): null {
    for (const [place, { text, parameters }] of this.#statements.entries()) {
      const name = nameTogether(text);
      if (name === undefined || connection.submittedNamedStatements[name] === undefined) {
        if (name !== undefined) this.#prepare(connection, name, place);
        connection.parse({ text, name });
      }
      connection.bind({ statement: name, values: parameters });
      connection.describe({ type: 'P', name: '' });
      connection.execute({ portal: '' });
    }
    connection.sync();
    return null;
  }

  /** Where the name was prepared by what failed or was passed over, nobody knows whether the server has it. */
  #prepare(connection: Wire, name: string, place: number): void {
    connection.close({ type: 'S', name });
    connection.submittedNamedStatements[name] = this.#statements[place]?.text ?? '';
    this.#prepared[place] = name;
  }

  override handleDataRow(message: unknown): void {
    super.handleDataRow(message);
    if (this._canceledDueToError) this.#unread ??= this.#done;
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    super.handleCommandComplete(message, connection);
    this.#done += 1;
  }

  override handleError(error: unknown, connection: Wire): void {
    for (const name of this.#prepared.slice(this.#done))
      if (name !== undefined) delete connection.submittedNamedStatements[name];
    super.handleError(error, connection);
  }
}

/** Names of its own: what became of a statement that pg prepared, and of one that was prepared here, is noted in other places. */
function nameTogether(text: string): string | undefined {
  const name = statementName(text);
  return name === undefined ? undefined : `together_${name}`;
}

/** A value as it is sent. @throws where it can't be written */
export const writable = (value: unknown): unknown => (Array.isArray(value) ? arrayText(value) : prepareValue(value));
