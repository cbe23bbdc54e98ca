/** A request as Node's HTTP server would give it, as far as a framework looks at it. Its body is there as a whole. */
import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { headersOf } from './headers.ts';

/** What stands for a connection of the call's own: it is destroyed once nobody waits for the answer. */
class CallerSocket extends EventEmitter {
  /** The connection that the call came by, with others. */
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

/** The connection that a request came by, whether alone or with others. */
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

  /** @param head method, path, then names and values of headers in turns */
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

  /** Nobody waits for the answer any more. */
  leave(): void {
    this.aborted = true;
    this.socket.destroyed = true;
    this.destroy();
  }
}
