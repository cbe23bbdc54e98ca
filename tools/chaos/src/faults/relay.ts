/**
 * A TCP relay that can cut, stall or lose connections. It forwards half-closed connections as such, so an orderly
 * shutdown of a server remains visible as one.
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

  /** Listens on a free port, and forwards to the target port. */
  static async start(target: number): Promise<TcpRelay> {
    const relay = new TcpRelay(target);
    relay.#server.listen(0, HOST);
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `cut` resets existing and new connections; `stalled` holds all data back; `open` forwards again. */
  become(state: RelayState): void {
    this.#state = state;
    for (const pair of this.#pairs) pair.become(state);
  }

  /** Drops all further data on existing connections; new connections work. */
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

/** An incoming connection and its outgoing counterpart. */
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
    // Data sent before an orderly end has been forwarded; the rest has no receiver.
    else if (this.#near.errored || this.#far.errored) this.#cut();
  }
}
