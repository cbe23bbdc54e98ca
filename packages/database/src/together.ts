/**
 * Statements that are sent to the server, and answered, together. pg sends a Sync after each statement, at which
 * PostgreSQL flushes its output: one system call and one wake-up of this process per statement. Here a single Sync
 * follows the last statement. If a statement fails, the server skips the rest.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import pg, { type QueryResult } from 'pg';
import { statementName } from './preparing-client.ts';
import type { Statement } from './sql.ts';

/** Members of pg's connection that its types do not declare. */
interface Wire {
  /** The texts of the statements that were sent for preparation, by name. */
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: { text: string; name: string | undefined }): void;
  bind(message: { statement: string | undefined; values: readonly unknown[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string }): void;
  close(message: { type: 'S'; name: string }): void;
  sync(): void;
}

/** The results of all statements; or those before the first failure, and its error. */
export interface Outcome {
  readonly results: readonly QueryResult[];
  readonly error?: unknown;
}

interface PgQuery {
  readonly _results: QueryResult | QueryResult[];
  /** Why a row could not be read, until the server has answered everything. */
  readonly _canceledDueToError: unknown;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
  handleError(error: unknown, connection: Wire): void;
}
const PgQuery = pg.Query as unknown as new (config: object, callback: (error: unknown) => void) => PgQuery;

/** A query for `pg.Client.query` that returns the result of each of its statements. */
export class Together extends PgQuery {
  readonly #statements: readonly Statement[];
  /** The names under which statements were sent for preparation, by index. */
  readonly #prepared: (string | undefined)[] = [];
  #done = 0;
  /** The index of the first statement whose rows could not be read: results from there on are not reported. */
  #unread: number | undefined;

  /**
   * @param statements with parameters as `writable` returns them
   * @param onOutcome called once, with the results in the order of the statements
   */
  constructor(statements: readonly Statement[], onOutcome: (outcome: Outcome) => void) {
    super({ text: '' }, (error) => onOutcome({ results: this.#results, ...(error !== null && { error }) }));
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

  /** Closes the name first: after a statement that failed or was skipped, the server may or may not know it. */
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

/**
 * Separate names, because pg records the statements that it prepared elsewhere than the ones that are prepared here.
 */
function nameTogether(text: string): string | undefined {
  const name = statementName(text);
  return name === undefined ? undefined : `together_${name}`;
}
