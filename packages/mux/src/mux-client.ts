/**
 * The way to one server: a connection that is opened when a call needs it, and opened again when it has broken. A server
 * that doesn't speak this gets its calls as it always did: so processes of two releases understand each other.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { type Call, CallError, type CallHandler } from './call.ts';
import { ANSWER_BYTES_MAX } from './frame.ts';
import { MuxConnection } from './mux-connection.ts';
import { FRAME_BYTES_HEADER, MUX_PATH, MUX_PROTOCOL } from './protocol.ts';

export interface MuxClientOptions {
  /** `http://host:port`, or https. */
  readonly origin: string;
  /** How a connection to an https origin is made; asked for each. */
  readonly tls?: () => ConnectionOptions;
  readonly connectTimeoutMs: number;
  /** From sending a request to its answer. */
  readonly answerTimeoutMs: number;
  /** How a call goes to a server that doesn't speak this. */
  readonly otherwise: (call: Call, handler: CallHandler) => void;
}

interface Waiting {
  readonly call: Call;
  readonly handler: CallHandler;
}

export class MuxClient {
  readonly #options: MuxClientOptions;
  #connection: MuxConnection | null = null;
  /** Those that wait for the connection; null while none is being opened. */
  #waiting: Waiting[] | null = null;
  #stopOpening: () => void = () => {};
  #isSpoken = true;
  #isClosed = false;

  constructor(options: MuxClientOptions) {
    this.#options = options;
  }

  /** Whether its connection is open; calls may go otherwise, or open it. */
  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /** Sends a call. The handler is told of every outcome, and nothing is thrown. */
  dispatch(call: Call, handler: CallHandler): void {
    if (this.#isClosed) handler.onResponseError(null, new CallError('UND_ERR_CLOSED', 'the client is closed'));
    else if (!this.#isSpoken) this.#options.otherwise(call, handler);
    else if (this.#connection !== null) this.#connection.send(call, handler);
    else this.#wait({ call, handler });
  }

  /** Asks anew, with the next call, whether the server speaks this: it may be another one by now. */
  askAgain(): void {
    this.#isSpoken = true;
  }

  /**
   * Finds out whether the connection leads to the server still, over some such checks. For whoever has just heard otherwise that the
   * server is well.
   *
   * @param question what any server answers at once
   */
  check(question: Call): void {
    this.#connection?.check(question);
  }

  /** Takes no more calls; those under way go on. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.leave();
  }

  destroy(): void {
    this.#isClosed = true;
    this.#stopOpening();
    this.#connection?.destroy();
  }

  #wait(waiting: Waiting): void {
    if (this.#waiting === null) this.#open();
    this.#waiting?.push(waiting);
  }

  #open(): void {
    this.#waiting = [];
    const { origin, tls, connectTimeoutMs } = this.#options;
    const url = new URL(MUX_PATH, origin);
    const headers = { connection: 'upgrade', upgrade: MUX_PROTOCOL, [FRAME_BYTES_HEADER]: String(ANSWER_BYTES_MAX) };
    const settings = { agent: false, headers };
    const request =
      url.protocol === 'https:' ? httpsRequest(url, { ...settings, ...tls?.() }) : httpRequest(url, settings);
    const timer = setTimeout(
      () => request.destroy(new CallError('UND_ERR_CONNECT_TIMEOUT', `no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    this.#stopOpening = () => request.destroy(new CallError('UND_ERR_CLOSED', 'the client is closed'));
    request.on('upgrade', (_answer, socket: Socket, head) => {
      clearTimeout(timer);
      this.#opened(socket, head);
    });
    request.on('response', (answer) => {
      clearTimeout(timer);
      answer.destroy();
      this.#isSpoken = false;
      for (const { call, handler } of this.#takeWaiting()) this.#options.otherwise(call, handler);
    });
    request.on('error', (error) => {
      clearTimeout(timer);
      for (const { handler } of this.#takeWaiting()) handler.onResponseError(null, error);
    });
    request.end();
  }

  #opened(socket: Socket, head: Buffer): void {
    const connection = new MuxConnection(socket, head, this.#options.answerTimeoutMs, () => {
      if (this.#connection === connection) this.#connection = null;
    });
    this.#connection = connection;
    for (const { call, handler } of this.#takeWaiting()) connection.send(call, handler);
    if (this.#isClosed) connection.leave();
  }

  #takeWaiting(): Waiting[] {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#stopOpening = () => {};
    return waiting;
  }
}
