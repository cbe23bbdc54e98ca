/**
 * Detours for connections. The caller that starts a stack can route any of its connections through a proxy of its own,
 * which can cut or stall them as a network would. The detour is called for each way and returns the port to use
 * instead.
 */
export interface Way {
  /** The name of the connecting process; `everybody` if all processes use the same port. */
  from: string;
  /** The name of the process that listens on `port`, or `postgres` or `kafka`. */
  to: string;
  port: number;
}

/** Returns the port on 127.0.0.1 that leads to the end of this way. */
export type Detour = (way: Way) => Promise<number>;
