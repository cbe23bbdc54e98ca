/**
 * A relay for TCP connections, which can cut them, let them stall, or lose them. It passes half-closed connections on as such, so
 * that a server which closes in order is seen to do so.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export type RelayState = 'open' | 'cut' | 'stalled';

const HOST = '127.0.0.1';

export class TcpRelay {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #state: RelayState = 'open';

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Listens on a free port, and leads to the target port. */
  static async start(target: number): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    relay.#server.listen(0, HOST);
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `cut` resets what is there and what comes; `stalled` lets nothing through; `open` lets everything go on. */
  become(state: RelayState): void {
    this.#state = state;
    for (const pair of this.#pairs) pair.become(state);
  }

  /** From now on what is sent on the connections there are goes nowhere; new ones are as ever. */
  lose(): void {
    for (const pair of this.#pairs) pair.lose();
  }

  stop(): void {
    this.become('cut');
    this.#server.close();
  }

  #accept(socket: Socket): void {
    const pair = new Pair(socket, this.#target, () => this.#pairs.delete(pair));
    this.#pairs.add(pair);
    pair.become(this.#state);
  }
}

/** A connection that came in, and the one that leads on. */
class Pair {
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #onEnd: () => void;
  #isLost = false;

  constructor(near: Socket, target: number, onEnd: () => void) {
    this.#near = near;
    this.#far = connect({ port: target, host: HOST, allowHalfOpen: true, noDelay: true });
    this.#onEnd = onEnd;
    near.setNoDelay(true);
    for (const socket of [near, this.#far]) {
      socket.on('error', () => this.#cut());
      socket.on('close', () => this.#closed());
    }
  }

  become(state: RelayState): void {
    if (state === 'cut') {
      this.#cut();
      return;
    }
    if (this.#isLost) return;
    for (const [from, to] of [
      [this.#near, this.#far],
      [this.#far, this.#near],
    ] as const) {
      from.unpipe(to);
      if (state === 'open') from.pipe(to);
    }
  }

  lose(): void {
    this.#isLost = true;
    this.#near.unpipe(this.#far).resume();
    this.#far.unpipe(this.#near).resume();
  }

  #cut(): void {
    for (const socket of [this.#near, this.#far]) if (!socket.destroyed) socket.resetAndDestroy();
  }

  #closed(): void {
    if (this.#near.destroyed && this.#far.destroyed) this.#onEnd();
    // What one side had sent in order has been passed on by its end; what is left over has no one to go to.
    else if (this.#near.errored || this.#far.errored) this.#cut();
  }
}
