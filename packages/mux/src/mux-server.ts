/**
 * The server's side. A connection starts as an HTTP upgrade request, so it needs no port of its own. Each call is
 * emitted as a `request` event of the HTTP server, as if it had arrived on a connection of its own.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Connection } from './connection.ts';
import { FRAME_TYPES, type Frame, FrameError, REQUEST_BYTES_MAX } from './frame.ts';
import { MuxRequest } from './mux-request.ts';
import { MuxResponse, type WholeAnswer } from './mux-response.ts';
import { ANSWER_TOO_LONG, FRAME_BYTES_HEADER, FRAME_BYTES_UNSAID, MUX_PROTOCOL } from './protocol.ts';
import { RollingMap } from './rolling-map.ts';

/** The limit of calls in flight on one connection: far more than a gateway sends to one replica at once. */
const CALLS_MAX = 1_024;
/** The limit of unread answers on one connection, in bytes: above it no more calls are read from the connection. */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

/** For Node's `shouldUpgradeCallback`: any other upgrade is ignored, as RFC 9110, 7.8 allows. */
export const isMuxUpgrade = ({ headers }: IncomingMessage): boolean => headers.upgrade === MUX_PROTOCOL;

export interface MuxServer {
  readonly connections: number;
  /** Calls in flight on all connections. */
  readonly calls: number;
  /** Closes each connection after its last call is answered. */
  close(): void;
}

/**
 * Lets an HTTP server accept multiplexed calls as well. The server must have been created with {@link isMuxUpgrade}.
 *
 * @param onError called with the error of a connection that fails, and for an answer that exceeds the frame limit
 */
export function serveMux(server: Server, onError: (error: Error) => void): MuxServer {
  const connections = new Set<ServerConnection>();
  let isClosing = false;
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${MUX_PROTOCOL}\r\n\r\n`);
    const connection = new ServerConnection(server, request, socket, head, onError);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
    if (isClosing) connection.leave();
  });
  return {
    get connections() {
      return connections.size;
    },
    get calls() {
      return [...connections].reduce((sum, connection) => sum + connection.calls, 0);
    },
    close: () => {
      isClosing = true;
      for (const connection of connections) connection.leave();
    },
  };
}

class ServerConnection {
  readonly #server: Server;
  readonly #connection: Connection;
  readonly #calls = new RollingMap<{ request: MuxRequest; response: MuxResponse }>();
  readonly #host: string;
  readonly #carrier: Socket;
  readonly #onError: (error: Error) => void;
  #isLeaving = false;

  constructor(server: Server, opening: IncomingMessage, socket: Socket, head: Buffer, onError: (error: Error) => void) {
    this.#server = server;
    this.#onError = onError;
    this.#host = opening.headers.host ?? '';
    this.#carrier = socket;
    const sentBytes = Number(opening.headers[FRAME_BYTES_HEADER] ?? FRAME_BYTES_UNSAID);
    this.#connection = new Connection(
      socket,
      head,
      { readBytes: REQUEST_BYTES_MAX, sentBytes, unreadBytes: UNREAD_BYTES_MAX },
      {
        onFrame: (frame) => this.#take(frame),
        onClose: (error) => {
          if (error !== null) onError(error);
          for (const number of this.#calls.keys()) this.#forget(number);
        },
      },
    );
  }

  /** Calls in flight. */
  get calls(): number {
    return this.#calls.size;
  }

  leave(): void {
    this.#isLeaving = true;
    this.#endIfLeft();
  }

  #take({ type, call: number, head, body }: Frame): void {
    if (type === FRAME_TYPES.breakOff) this.#forget(number);
    else if (type === FRAME_TYPES.request) this.#begin(number, head, body);
    else throw new FrameError(`a frame of type ${type}, which only servers send`);
  }

  #begin(number: number, head: readonly string[], body: Buffer): void {
    const [method, path] = head;
    if (method === undefined || path === undefined) throw new FrameError('a request without method or path');
    if (this.#calls.has(number)) throw new FrameError(`a second call with the number ${number}`);
    if (this.#calls.size >= CALLS_MAX) throw new FrameError(`more than ${CALLS_MAX} calls at once`);
    const request = new MuxRequest(head, body, this.#host, this.#carrier);
    const response = new MuxResponse((answer) => {
      if (!this.#calls.delete(number)) return; // nobody waits for this answer any more
      this.#answer(number, answer);
      this.#endIfLeft();
    });
    this.#calls.set(number, { request, response });
    this.#server.emit('request', request, response);
  }

  #answer(number: number, answer: WholeAnswer | null): void {
    try {
      if (answer === null) this.#connection.breakOff(number);
      else this.#connection.send(FRAME_TYPES.answer, number, answer.head, answer.body);
    } catch (error) {
      this.#onError(error as FrameError);
      this.#connection.breakOff(number, ANSWER_TOO_LONG);
    }
  }

  #forget(number: number): void {
    const call = this.#calls.get(number);
    this.#calls.delete(number);
    call?.request.leave();
    call?.response.leave();
    this.#endIfLeft();
  }

  #endIfLeft(): void {
    if (this.#isLeaving && this.#calls.size === 0) this.#connection.end();
  }
}
