/**
 * A client for one server. Its connection is opened when a call needs it, and reopened by the next call after it broke.
 * A server that does not support the protocol receives plain HTTP calls instead, so that processes of different
 * releases can work together.
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
  /** The TLS options of a connection to an https origin; called for each connection. */
  readonly tls?: () => ConnectionOptions;
  readonly connectTimeoutMs: number;
  /** The longest time from sending a request to receiving its answer. */
  readonly answerTimeoutMs: number;
  /** Sends a call to a server that does not support the protocol. */
  readonly otherwise: (call: Call, handler: CallHandler) => void;
}

interface Waiting {
  readonly call: Call;
  readonly handler: CallHandler;
}

export class MuxClient {
  readonly #options: MuxClientOptions;
  #connection: MuxConnection | null = null;
  /** The calls that wait for the connection; null while none is being opened. */
  #waiting: Waiting[] | null = null;
  #stopOpening: () => void = () => {};
  #isSpoken = true;
  #isClosed = false;

  constructor(options: MuxClientOptions) {
    this.#options = options;
  }

  /** Whether the connection is open. If not, a call opens it, or is sent by {@link MuxClientOptions.otherwise}. */
  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /** Sends a call. Every outcome is passed to the handler; nothing is thrown. */
  dispatch(call: Call, handler: CallHandler): void {
    if (this.#isClosed) handler.onResponseError(null, new CallError('UND_ERR_CLOSED', 'the client is closed'));
    else if (!this.#isSpoken) this.#options.otherwise(call, handler);
    else if (this.#connection !== null) this.#connection.send(call, handler);
    else this.#wait({ call, handler });
  }

  /** The next call tries the upgrade again, because the server may have been replaced by one that supports it. */
  askAgain(): void {
    this.#isSpoken = true;
  }

  /**
   * Detects a dead connection over several checks. Call it periodically, each time the server has just proved healthy
   * over another connection.
   *
   * @param question a request that any server answers at once
   */
  check(question: Call): void {
    this.#connection?.check(question);
  }

  /** Accepts no more calls; calls in flight continue. */
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
