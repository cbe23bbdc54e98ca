/** A server and a client on a free port, and handlers that remember what they were told. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeFrame, type FrameType, REQUEST_BYTES_MAX } from '../src/frame.ts';
import { type Call, type CallControl, type CallHandler, isMuxUpgrade, MuxClient, serveMux } from '../src/index.ts';
import { MUX_PATH, MUX_PROTOCOL } from '../src/protocol.ts';

const DEADLINE_MS = 30_000;
const POLL_MS = 5;

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(POLL_MS);
  }
}

/** A frame that either side accepts. */
export const frameOf = (type: FrameType, call: number, head: readonly string[], body: Uint8Array | string): Buffer =>
  encodeFrame(type, call, head, body, REQUEST_BYTES_MAX);

export interface RunningServer {
  readonly origin: string;
  readonly sockets: ReadonlySet<Socket>;
  readonly errors: Error[];
  /** Ends connections once their last call is answered. */
  leave(): void;
}

const servers: { server: Server; sockets: Set<Socket> }[] = [];
const clients: MuxClient[] = [];
/** A socket that reads nothing does not notice that its other end has closed. */
const opened: Socket[] = [];

export async function startServer(answer: RequestListener, takesMux = true): Promise<RunningServer> {
  const server = createServer({ shouldUpgradeCallback: (request) => takesMux && isMuxUpgrade(request) }, answer);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  servers.push({ server, sockets });
  const errors: Error[] = [];
  const mux = serveMux(server, (error) => errors.push(error));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, sockets, errors, leave: () => mux.close() };
}

/** A connection on which a test sends what it likes, and reads nothing unless it says so. */
export async function connectByHand({ origin }: RunningServer): Promise<Socket> {
  const headers = { connection: 'upgrade', upgrade: MUX_PROTOCOL };
  const opening = request({ port: new URL(origin).port, path: MUX_PATH, headers }).end();
  const [, socket] = (await once(opening, 'upgrade')) as [unknown, Socket];
  opened.push(socket);
  return socket.on('error', () => {});
}

/** @param otherwise how calls go where the server doesn't speak mux */
export function startClient(
  origin: string,
  { answerTimeoutMs = 60_000, connectTimeoutMs = 30_000 } = {},
  otherwise: (call: Call, handler: CallHandler) => void = () => {
    throw new Error('the server speaks mux');
  },
): MuxClient {
  const client = new MuxClient({ origin, connectTimeoutMs, answerTimeoutMs, otherwise });
  clients.push(client);
  return client;
}

export async function stopAll(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  for (const socket of opened.splice(0)) socket.destroy();
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

export interface Outcome {
  readonly status?: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: string;
  /** The code of the error. */
  readonly error?: string;
  readonly wasSent: boolean;
}

/** A handler, and what it was told in the end. */
export class Told implements CallHandler {
  readonly #outcome = Promise.withResolvers<Outcome>();
  control: CallControl | null = null;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #body = '';

  get outcome(): Promise<Outcome> {
    return this.#outcome.promise;
  }

  onRequestStart(control: CallControl): void {
    this.control = control;
  }

  onResponseStart(_control: CallControl, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_control: CallControl, body: Buffer): void {
    this.#body += body.toString();
  }

  onResponseEnd(): void {
    this.#outcome.resolve({ status: this.#status, headers: this.#headers, body: this.#body, wasSent: true });
  }

  onResponseError(control: CallControl | null, error: NodeJS.ErrnoException): void {
    this.#outcome.resolve({ error: error.code ?? error.message, wasSent: control !== null });
  }
}

export function send(client: MuxClient, call: Partial<Omit<Call, 'body'>> & { body?: string } = {}): Told {
  const { method = 'GET', path = '/', headers = [], body } = call;
  const told = new Told();
  client.dispatch({ method, path, headers, body: body === undefined ? null : Buffer.from(body) }, told);
  return told;
}
