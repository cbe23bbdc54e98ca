/**
 * A client that prepares its statements: PostgreSQL parses and plans each statement once per connection, which costs
 * more than executing it. Our statement texts are few and fixed. Should a caller generate ever new texts, those beyond
 * the limit run unprepared.
 *
 * A kept plan must suit every size of its tables and parameters. All our statements use an index, so these connections
 * prefer an index even for a small table, and never replace the generic plan.
 */
import type { Socket } from 'node:net';
import pg from 'pg';

/** Maximum number of plans per connection. */
export const PREPARED_MAX = 256;

/**
 * Session settings for prepared statements, as PostgreSQL's `options`. A query uses one core, because other queries run
 * at the same time.
 */
export const PREPARING_OPTIONS =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off ' +
  '-c max_parallel_workers_per_gather=0';

const names = new Map<string, string>();

/** The name under which a text is prepared, the same on every connection; undefined beyond the limit. */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= PREPARED_MAX) return known;
  const name = `s${names.size + 1}`;
  names.set(text, name);
  return name;
}

type Query = (config: unknown, ...rest: unknown[]) => unknown;

const streamOf = (client: pg.Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

export class PreparingClient extends pg.Client {
  /** The TCP socket, also if the connection uses TLS. */
  readonly #socket: Socket;

  constructor(config?: pg.ClientConfig) {
    super(config);
    this.#socket = streamOf(this);
  }

  /** How long the server may be silent before the connection counts as lost, in ms; 0 for no limit. */
  get silenceMsMax(): number {
    return this.#socket.timeout ?? 0;
  }

  set silenceMsMax(durationMs: number) {
    this.#socket.setTimeout(durationMs);
  }

  /** Like pg's `query`, but a text with parameters is prepared. */
  override query(config: unknown, values?: unknown, ...rest: unknown[]): never {
    const isStatement = typeof config === 'string' && Array.isArray(values) && values.length > 0;
    const name = isStatement ? statementName(config) : undefined;
    const request = name === undefined ? config : { name, text: config };
    this.#sendTogether();
    return (super.query as Query).call(this, request, values, ...rest) as never;
  }

  /** Sends all queries of one turn of the event loop in one write. */
  #sendTogether(): void {
    const stream = streamOf(this);
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
}
