/**
 * Input that never becomes a request, because it is not HTTP, too slow, or its headers are too large. Only a socket
 * exists then, and no request, so the problem is written by hand and the connection closed.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEMS } from '@mo/contracts';
import { ProblemError, problemBody } from './problem-error.ts';
import { UNCACHED } from './uncached.ts';

/** Node stores the current answer here; nothing may be written into the middle of it. */
type HttpSocket = Socket & { _httpMessage?: ServerResponse | null };

/** How long the caller of a CONNECT may take to read the refusal and all answers before it. */
const REFUSAL_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';
/**
 * Errors of connections that get no answer. A handshake over TLS may still end after its timeout, as in a process that
 * stood still; the caller would then take the answer for that to its request.
 */
const WITHOUT_ANSWER: readonly unknown[] = ['ECONNRESET', 'ERR_TLS_HANDSHAKE_TIMEOUT'];

/** Connections whose request is read as a stream, without the request timeout. */
const streaming = new WeakSet<Socket>();

/** Lifts the request timeout for a request; the code that reads it enforces its own. */
export function liftRequestTimeout(request: IncomingMessage): void {
  const { socket } = request;
  streaming.add(socket);
  request.once('close', () => streaming.delete(socket));
}

/** @param headerBytesMax the server's limit, named to the caller */
export function onClientError(error: NodeJS.ErrnoException, socket: HttpSocket, headerBytesMax: number): void {
  if (error.code === REQUEST_TIMEOUT && streaming.has(socket)) return;
  if (WITHOUT_ANSWER.includes(error.code) || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  endWithProblem(socket, problemOf(error.code, headerBytesMax));
}

/** Writes a problem by hand and closes the connection. */
export function endWithProblem(socket: Socket, problem: ProblemError): void {
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody(problem, requestId));
  const head = [
    `HTTP/1.1 ${problem.status} ${PROBLEMS[problem.code].title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    UNCACHED.join(': '),
    'connection: close',
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/**
 * Answers two kinds of requests that Node would answer itself, without a problem: a CONNECT, which no server here
 * supports, and an unknown Expect, which may be ignored (RFC 9110, 10.1.1).
 */
export function takeOddRequests(server: Server): void {
  server.on('connect', (_request, socket: Socket) => refuseConnect(socket));
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/**
 * Node hands over the connection without its own listeners: an unhandled error would end the process, and nothing would
 * limit how long a caller may take to read.
 */
function refuseConnect(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT_MS).unref();
  socket.on('error', () => {}).on('close', () => clearTimeout(timer));
  endWithProblem(socket, new ProblemError('method_not_allowed', 'CONNECT is not allowed here'));
}

function problemOf(code: string | undefined, headerBytesMax: number): ProblemError {
  if (code === REQUEST_TIMEOUT) return new ProblemError('request_timeout', 'the request arrived too slowly');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ProblemError('invalid_request', `the headers are over ${headerBytesMax} bytes`);
  return new ProblemError('invalid_request', 'the request is not HTTP');
}
