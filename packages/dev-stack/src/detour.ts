/**
 * A detour for connections. Whoever starts a stack may have any of its connections led through something of its own,
 * which can cut or stall them, as a network would: it is asked for each way, and answers with the port to use instead.
 */
export interface Way {
  /** The name of the process that connects; `everybody` where all are told the same. */
  from: string;
  /** The name of the process that listens at `port`, or `postgres` or `kafka`. */
  to: string;
  port: number;
}

/** Answers with the port on 127.0.0.1 that leads to the end of this way. */
export type Detour = (way: Way) => Promise<number>;
