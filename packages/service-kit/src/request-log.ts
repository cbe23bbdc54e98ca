/** The logger of a request, whose lines contain the request id. */
import type { FastifyBaseLogger } from 'fastify';
import type { ChildLoggerOptions, LogFn, Logger } from 'pino';

type Bindings = Parameters<Logger['child']>[0];
type Line = Parameters<LogFn>;

/** Created with its first line, because most requests log none: only then are the bindings serialized and redacted. */
export class RequestLog implements FastifyBaseLogger {
  readonly #parent: Logger;
  readonly #bindings: Bindings;
  #own: Logger | null = null;

  constructor(parent: Logger, bindings: Bindings) {
    this.#parent = parent;
    this.#bindings = bindings;
  }

  get level(): string {
    return this.#parent.level;
  }

  get msgPrefix(): string | undefined {
    return this.#parent.msgPrefix;
  }

  child(bindings: Bindings, options?: ChildLoggerOptions): FastifyBaseLogger {
    return this.#logger.child(bindings, options);
  }

  fatal(...line: Line): void {
    this.#logger.fatal(...line);
  }

  error(...line: Line): void {
    this.#logger.error(...line);
  }

  warn(...line: Line): void {
    this.#logger.warn(...line);
  }

  info(...line: Line): void {
    this.#logger.info(...line);
  }

  debug(...line: Line): void {
    this.#logger.debug(...line);
  }

  trace(...line: Line): void {
    this.#logger.trace(...line);
  }

  silent(...line: Line): void {
    this.#logger.silent(...line);
  }

  get #logger(): Logger {
    this.#own ??= this.#parent.child(this.#bindings);
    return this.#own;
  }
}
