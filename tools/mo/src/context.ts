/** The context of a command: the gateway, the caller's folder, and the output. */
import { MoClient, type RetryLimits } from '@mo/client';
import { callersFolder } from './callers-folder.ts';
import { Output } from './output/output.ts';
import { findGateway, type Gateway } from './target/gateway.ts';
import { Sender, type UnansweredWrite } from './target/sender.ts';

/** The npm scripts of the root that start a command of `mo`. */
const SCRIPTS = ['mo', 'replay', 'reconcile', 'rebuild', 'backfill', 'dead-letters'];

/** Options of every command. */
export interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: true;
}

export class Context {
  readonly env = process.env;
  /** Where the search for the running stack starts. */
  readonly cwd = process.cwd();
  /** The folder to which the caller's paths refer. */
  readonly folder = callersFolder(SCRIPTS);
  readonly out: Output;
  readonly #options: GlobalOptions;
  readonly #sender = new Sender();
  #gateway: Gateway | null = null;
  #stopping: AbortController | null = null;

  constructor(options: GlobalOptions) {
    this.#options = options;
    const stopping = () => this.#stopping?.signal ?? null;
    this.out = new Output(options.json === true, process.stdout, process.stderr, stopping);
  }

  /** The gateway and its key. @throws CommandError naming what is missing */
  get gateway(): Gateway {
    this.#gateway ??= findGateway(this.#options, this.env, this.cwd);
    return this.#gateway;
  }

  /** The gateway, if the command has used it already. */
  get gatewayCalled(): Gateway | null {
    return this.#gateway;
  }

  client(retry: Partial<RetryLimits> = {}): MoClient {
    const { url, key } = this.gateway;
    return new MoClient({ url, apiKey: key, retry, fetch: this.#sender.fetch });
  }

  /** The write of `client` that may have taken effect and has no answer; null if there is none. */
  get unanswered(): UnansweredWrite | null {
    return this.#sender.unanswered;
  }

  /**
   * Aborted by Ctrl-C or SIGTERM. A second signal ends the process at once; so does the first if nothing has read this.
   */
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

/** The user has stopped the command. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor() {
    super('stopped');
  }
}
