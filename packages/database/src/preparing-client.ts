/**
 * A client that prepares the statements it runs: PostgreSQL parses and plans each of them once a connection, which costs
 * more than to run one. Our texts are few and fixed; should something make ever new ones, those beyond the limit are run
 * unprepared.
 *
 * A plan that is kept must suit every size that its tables and parameters may come to. All that we run goes by an index,
 * so these connections are told to prefer one even where a table is still small, and never to look for another plan.
 */
import type { Socket } from 'node:net';
import pg from 'pg';

/** A connection keeps so many plans at most. */
export const PREPARED_MAX = 256;

/**
 * Session settings that go with it, as PostgreSQL's `options`. No question is worth more than one core: others have theirs at the
 * same time.
 */
export const PREPARING_OPTIONS =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off ' +
  '-c max_parallel_workers_per_gather=0';

const names = new Map<string, string>();

/** The name under which a text is prepared, the same on every connection; undefined where there are too many. */
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
  /** The connection itself, also where TLS goes over it. */
  readonly #socket: Socket;

  constructor(config?: pg.ClientConfig) {
    super(config);
    this.#socket = streamOf(this);
  }

  /** How long the server may say nothing until the connection counts as lost, in ms; 0 for as long as it likes. */
  get silenceMsMax(): number {
    return this.#socket.timeout ?? 0;
  }

  set silenceMsMax(durationMs: number) {
    this.#socket.setTimeout(durationMs);
  }

  /** As that of pg; a text with parameters is prepared. */
  override query(config: unknown, values?: unknown, ...rest: unknown[]): never {
    const isStatement = typeof config === 'string' && Array.isArray(values) && values.length > 0;
    const name = isStatement ? statementName(config) : undefined;
    const asked = name === undefined ? config : { name, text: config };
    this.#sendTogether();
    return (super.query as Query).call(this, asked, values, ...rest) as never;
  }

  /** What is asked within one turn of the event loop leaves in one write. */
  #sendTogether(): void {
    const stream = streamOf(this);
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
}
