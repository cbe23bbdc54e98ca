/** The connections of a load generator: as many as are needed at once, up to a limit, and each used again. */
import { Connection } from './connection.ts';

/** Shorter than the gateway keeps an idle connection, so that none is used while it is being closed. */
const IDLE_MS_MAX = 20_000;
const SWEEP_MS = 1_000;
/**
 * So many may wait for their first answer: fewer than new connections that the kernel holds until a server takes them
 * (net.ipv4.tcp_max_syn_backlog, net.core.somaxconn). Those on top it would drop, whatever the server does.
 */
const NEW_MAX = 1_500;

export class Sockets {
  readonly #host: string;
  readonly #port: number;
  readonly #max: number;
  readonly #idle: Connection[] = [];
  /** Those that have not been answered yet. */
  readonly #new = new Set<Connection>();
  readonly #sweep: NodeJS.Timeout;
  #count = 0;
  #most = 0;

  constructor(host: string, port: number, socketsMax: number) {
    this.#host = host;
    this.#port = port;
    this.#max = socketsMax;
    this.#sweep = setInterval(() => this.#closeIdle(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** How many were open at once, at most, since `forgetMost`. */
  get most(): number {
    return this.#most;
  }

  forgetMost(): void {
    this.#most = this.#count;
  }

  /** A connection on which nothing is under way; null where as many as may be are in use, or new. */
  take(): Connection | null {
    return this.#idle.pop() ?? this.#connect();
  }

  /** Takes back a connection that was not broken. */
  give(connection: Connection): void {
    this.#new.delete(connection);
    this.#idle.push(connection);
  }

  /** Closes what is idle. */
  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  #connect(): Connection | null {
    if (this.#count >= this.#max || this.#new.size >= NEW_MAX) return null;
    this.#count += 1;
    this.#most = Math.max(this.#most, this.#count);
    const connection = new Connection(this.#host, this.#port, (closed) => {
      this.#count -= 1;
      this.#new.delete(closed);
      const place = this.#idle.indexOf(closed);
      if (place >= 0) this.#idle.splice(place, 1);
    });
    this.#new.add(connection);
    return connection;
  }

  /** Those used least recently lie first. One that is closed says so later on: until then it must not be taken. */
  #closeIdle(): void {
    const beforeMs = performance.now() - IDLE_MS_MAX;
    const firstInUse = this.#idle.findIndex(({ idleSinceMs }) => idleSinceMs > beforeMs);
    const count = firstInUse < 0 ? this.#idle.length : firstInUse;
    for (const connection of this.#idle.splice(0, count)) connection.close();
  }
}
