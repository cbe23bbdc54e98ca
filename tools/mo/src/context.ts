/** What a command works with: the system, the caller's folder, and where it prints. */
import { MoClient, type RetryLimits } from '@mo/client';
import { callersFolder } from './callers-folder.ts';
import { Output } from './output/output.ts';
import { findGateway, type Gateway } from './target/gateway.ts';

/** The root scripts that start a command of ours. */
const SCRIPTS = ['mo', 'replay', 'reconcile', 'rebuild', 'backfill', 'dead-letters'];

/** The options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: true;
}

export class Context {
  readonly env = process.env;
  /** Where the running stack is looked for. */
  readonly cwd = process.cwd();
  /** Where files are that the caller names. */
  readonly folder = callersFolder(SCRIPTS);
  readonly out: Output;
  readonly #options: GlobalOptions;
  #gateway: Gateway | null = null;
  #stopping: AbortController | null = null;

  constructor(options: GlobalOptions) {
    this.#options = options;
    const stopping = () => this.#stopping?.signal ?? null;
    this.out = new Output(options.json === true, process.stdout, process.stderr, stopping);
  }

  /** The gateway, and the key for it. @throws CommandError naming what is missing */
  get gateway(): Gateway {
    this.#gateway ??= findGateway(this.#options, this.env, this.cwd);
    return this.#gateway;
  }

  /** The gateway, if the command has come so far that it called one. */
  get gatewayCalled(): Gateway | null {
    return this.#gateway;
  }

  client(retry: Partial<RetryLimits> = {}): MoClient {
    const { url, key } = this.gateway;
    return new MoClient({ url, apiKey: key, retry });
  }

  /** Aborted by Ctrl-C, or SIGTERM; a second one ends the process at once, as does the first where nobody asks for this. */
  get stopping(): AbortSignal {
    if (this.#stopping === null) {
      const stopping = new AbortController();
      const stop = () => stopping.abort(new InterruptedError());
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
      this.#stopping = stopping;
    }
    return this.#stopping.signal;
  }
}

/** The caller has stopped the command. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor() {
    super('stopped');
  }
}
