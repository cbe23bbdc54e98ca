/** The connection pool of a load generator: grows on demand up to a limit and reuses idle connections. */
import { Connection } from './connection.ts';

/** Shorter than the gateway's keep-alive timeout, so that no connection is used while the gateway closes it. */
const IDLE_MS_MAX = 20_000;
const SWEEP_MS = 1_000;
/**
 * The most connections that may wait for their first response. It is below the kernel's limits for connections that the
 * server has not accepted yet (net.ipv4.tcp_max_syn_backlog, net.core.somaxconn): the kernel drops any beyond those.
 */
const NEW_MAX = 1_500;

export class Sockets {
  readonly #host: string;
  readonly #port: number;
  readonly #max: number;
  readonly #idle: Connection[] = [];
  /** Connections without a response so far. */
  readonly #new = new Set<Connection>();
  readonly #sweep: NodeJS.Timeout;
  #count = 0;
  #openMax = 0;

  constructor(host: string, port: number, socketsMax: number) {
    this.#host = host;
    this.#port = port;
    this.#max = socketsMax;
    this.#sweep = setInterval(() => this.#closeIdle(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** The most connections open at once since `forgetMost`. */
  get most(): number {
    return this.#openMax;
  }

  forgetMost(): void {
    this.#openMax = this.#count;
  }

  /** An idle or a new connection; null at the limit of all connections or of new ones. */
  take(): Connection | null {
    return this.#idle.pop() ?? this.#connect();
  }

  /** Returns a connection that is not broken to the pool. */
  give(connection: Connection): void {
    this.#new.delete(connection);
    this.#idle.push(connection);
  }

  /** Closes the idle connections. */
  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #connect(): Connection | null {
    if (this.#count >= this.#max || this.#new.size >= NEW_MAX) return null;
    this.#count += 1;
    this.#openMax = Math.max(this.#openMax, this.#count);
    const connection = new Connection(this.#host, this.#port, (closed) => {
      this.#count -= 1;
      this.#new.delete(closed);
      const index = this.#idle.indexOf(closed);
      if (index >= 0) this.#idle.splice(index, 1);
    });
    this.#new.add(connection);
    return connection;
  }

  /**
   * The least recently used connections come first. They leave the pool at once: `onClose` is called only later, and a
   * closing connection must not be taken until then.
   */
  #closeIdle(): void {
    const idleBeforeMs = performance.now() - IDLE_MS_MAX;
    const firstKept = this.#idle.findIndex(({ idleSinceMs }) => idleSinceMs > idleBeforeMs);
    const count = firstKept < 0 ? this.#idle.length : firstKept;
    for (const connection of this.#idle.splice(0, count)) connection.close();
  }
}
