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

const LINE = 'a line or chunk must end with CRLF';
const HEADER = 'a header must be a name, a colon and a value, on one line and without control characters';

/** What is wrong, by the code of Node's parser. */
const PARSE_ERRORS: Readonly<Record<string, string>> = {
  HPE_INVALID_METHOD: 'the request must begin with a method of HTTP',
  HPE_INVALID_URL: 'the path must begin with "/" and be percent-encoded',
  HPE_INVALID_CONSTANT: 'the path must be followed by "HTTP/1.1"; a space in the path is written as %20',
  HPE_INVALID_VERSION: 'the first line must end with "HTTP/1.1" and CRLF',
  HPE_PAUSED_H2_UPGRADE: 'HTTP/2 is not supported',
  HPE_INVALID_HEADER_TOKEN: HEADER,
  HPE_UNEXPECTED_SPACE: HEADER,
  HPE_INVALID_CONTENT_LENGTH: 'the Content-Length must be a whole number, and not be given with a Transfer-Encoding',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'the Content-Length must be given once',
  HPE_INVALID_TRANSFER_ENCODING: 'the Transfer-Encoding must be chunked, and not be given with a Content-Length',
  HPE_INVALID_CHUNK_SIZE: 'a chunk of the body must begin with its size, in hexadecimal digits',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'the extensions of the chunks are too long',
  HPE_LF_EXPECTED: LINE,
  HPE_CR_EXPECTED: LINE,
  HPE_STRICT: LINE,
  HPE_INVALID_EOF_STATE: 'the request ended early',
};

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
  return new ProblemError('invalid_request', PARSE_ERRORS[code ?? ''] ?? 'the request is not HTTP');
}
