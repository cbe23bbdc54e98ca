/** A request with the parts of Node's `IncomingMessage` that a framework uses. Its body is complete from the start. */
import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { headersOf } from './headers.ts';

/** Represents a connection of the call's own; marked as destroyed when nobody waits for the answer any more. */
class CallerSocket extends EventEmitter {
  /** The connection that carries this call and others. */
  readonly carrier: Socket;
  readonly remoteAddress: string | undefined;
  readonly encrypted = false;
  destroyed = false;

  constructor(carrier: Socket) {
    super();
    this.carrier = carrier;
    this.remoteAddress = carrier.remoteAddress;
  }
}

/** The real connection that a request arrived on, whether multiplexed or not. */
export const carrierOf = (socket: Socket): Socket => (socket as { carrier?: Socket }).carrier ?? socket;

export class MuxRequest extends Readable {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly complete = true;
  readonly socket: CallerSocket;
  readonly #body: Buffer;
  aborted = false;

  /** @param head method, path, then alternating header names and values */
  constructor(head: readonly string[], body: Buffer, host: string, carrier: Socket) {
    super();
    this.method = head[0] as string;
    this.url = head[1] as string;
    this.headers = headersOf(head, 2);
    this.headers.host = host;
    this.rawHeaders = ['host', host];
    this.socket = new CallerSocket(carrier);
    this.#body = body;
  }

  override _read(): void {
    if (this.#body.length > 0) this.push(this.#body);
    this.push(null);
  }

  /** Called when nobody waits for the answer any more. */
  leave(): void {
    this.aborted = true;
    this.socket.destroyed = true;
    this.destroy();
  }
}
