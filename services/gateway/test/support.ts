/** A gateway on a free port, and small HTTP servers in the place of the services behind it. */
import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Problem } from '@mo/contracts';
import { type Database, openDatabase } from '@mo/database';
import { listen } from '@mo/dev-stack/listen';
import { waitFor } from '@mo/dev-stack/wait-for';
import { isMuxUpgrade, serveMux } from '@mo/mux';
import { createLogger, type Logger, type StopStep, type TracingSettings } from '@mo/service-kit';
import { createGateway } from '../src/app.ts';
import type { GatewayConfig } from '../src/config.ts';
import { defaultLimits, type Limits } from '../src/forward/limits.ts';

export const KEY = 'a-key-for-tests';
/** SHA-256 of {@link KEY}. */
export const KEY_DIGEST = '9820c1b539cc6f62af43c98efcc40f2901b5e523720cf9983810bdfd3f87eb56';
/** The keys of two callers, as a gateway is given them; the other one's key. */
export const OTHER_KEY = 'another-key-for-tests';
export const TWO_KEYS = `tester:${KEY_DIGEST},other:${hash('sha256', OTHER_KEY)}`;
const DEADLINE_MS = 30_000;
/** Longer than this machine ever stands still. */
const PATIENCE_MS = 60_000;
/** No call fails because this machine stands still, and no replica is left out. */
export const patientLimits: Limits = {
  ...defaultLimits,
  probeIntervalMs: 50,
  probeIntervalWhenDownMs: 20,
  // The test is in the same process, and may keep it busy for as long as it likes.
  lagMsMax: PATIENCE_MS,
  connectTimeoutMs: PATIENCE_MS,
  probeTimeoutMs: PATIENCE_MS,
  headersTimeoutMs: PATIENCE_MS,
  turnWaitMsMax: PATIENCE_MS,
  providerTimeoutMs: PATIENCE_MS,
  replicaWaitMs: PATIENCE_MS,
  callTimeoutMs: PATIENCE_MS,
  answerTimeoutMs: PATIENCE_MS,
  answerStallTimeoutMs: PATIENCE_MS,
  uploadIdleTimeoutMs: PATIENCE_MS,
  lingerTimeoutMs: PATIENCE_MS,
};

/** Waits until the condition holds; fails after half a minute. */
export const until = (condition: () => boolean | Promise<boolean>, what: string) =>
  waitFor(condition, DEADLINE_MS, what);

/** The gateway's database as nothing but a way to run statements; to be closed by the test. */
export const openPlainDatabase = (url: string, connectionsMax = 1): Promise<Database> =>
  openDatabase({
    url,
    name: 'test',
    entities: [],
    migrations: [],
    connectionsMax,
    connectMsMax: PATIENCE_MS,
    logger: createLogger('test', 'silent'),
  });

/** A stand-in for a service. It is ready as long as `ready` says so. */
export interface Stub {
  readonly origin: string;
  readonly port: number;
  readonly requests: IncomingMessage[];
  /** The paths by which it was asked how it is. */
  readonly questions: string[];
  ready: boolean;
  /** From now on it does not say whether it is ready, as if it had stopped responding. */
  freeze(): void;
  /** From now on nothing is heard on the connections that carry calls together, as where a network loses them; on new ones it is. */
  lose(): void;
  /** Stops at once, as a process does that is killed. */
  kill(): Promise<void>;
}

const stubs = new Set<Stub>();
const gateways = new Set<RunningGateway>();
/** A socket that reads nothing does not notice that its other end has closed. */
const rawSockets: Socket[] = [];

interface StubSetup {
  port?: number;
  /** Takes calls by HTTP alone, as a service of an older release does. */
  byHttp?: boolean;
}

/** Starts a stand-in. `answer` gets every request but the questions how it is. */
export async function startStub(
  answer: RequestListener = answerJson(200, { ok: true }),
  { port = 0, byHttp = false }: StubSetup = {},
): Promise<Stub> {
  const requests: IncomingMessage[] = [];
  const questions: string[] = [];
  let frozen = false;
  const server = createServer({ shouldUpgradeCallback: (request) => !byHttp && isMuxUpgrade(request) });
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  serveMux(server, () => {});
  const carriers = new Set<Socket>();
  server.on('upgrade', (_request, socket: Socket) => carriers.add(socket));
  server.on('request', (request, response) => {
    if (request.url === '/mux') return void response.writeHead(404).end('{}');
    if (request.url === '/livez' || request.url === '/readyz') {
      questions.push(request.url);
      if (!frozen) response.writeHead(stub.ready || request.url === '/livez' ? 200 : 503).end('{}');
      return;
    }
    requests.push(request);
    answer(request, response);
  });
  const bound = await listen(server, port);
  const kill = async () => {
    for (const socket of connections) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    stubs.delete(stub);
  };
  const freeze = () => {
    frozen = true;
  };
  const lose = () => {
    for (const socket of carriers) socket.removeAllListeners('data').resume();
  };
  const origin = `http://127.0.0.1:${bound}`;
  const stub: Stub = { origin, port: bound, requests, questions, ready: true, freeze, lose, kill };
  stubs.add(stub);
  return stub;
}

/** Answers as a service does: once the request is there. */
export const answerJson =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    request.resume().once('end', () => sendJson(response, status, body, headers));
  };

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  const text = JSON.stringify(body);
  const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers }).end(text);
}

export interface RunningGateway {
  readonly port: number;
  readonly url: string;
  /** With a valid key, unless headers say otherwise. */
  call(
    method: string,
    path: string,
    options?: { body?: RequestInit['body']; headers?: Record<string, string> },
  ): Promise<Response>;
  metric(name: string): Promise<number>;
  readonly stopSteps: readonly StopStep[];
  stop(): Promise<void>;
}

export interface GatewaySetup {
  /** Each service has its own replicas, or the same where a list is given. */
  replicas?: Stub[] | { customers: Stub[]; loans: Stub[]; payments: Stub[]; webhooks?: Stub[] };
  keys?: string;
  /** Instead of `keys`. */
  keysFile?: string;
  /** The URL of its database. */
  database?: string;
  tokens?: GatewayConfig['tokens'];
  limits?: Partial<Limits>;
  tracing?: TracingSettings | null;
  trustedProxies?: readonly string[];
  /** Silent by default. */
  logger?: Logger;
}

/** Starts a gateway before stand-ins; by default one for all. */
export async function startGateway(setup: GatewaySetup = {}): Promise<RunningGateway> {
  const given = setup.replicas ?? [await startStub()];
  const {
    customers,
    loans,
    payments,
    webhooks = [],
  } = Array.isArray(given) ? { customers: given, loans: given, payments: given } : given;
  const origins = (of: Stub[]) => of.map(({ origin }) => origin);
  const config = {
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    version: 'test',
    tracing: setup.tracing ?? null,
    replicas: {
      customers: origins(customers),
      loans: origins(loans),
      payments: origins(payments),
      webhooks: origins(webhooks),
    },
    identityDir: null,
    trustedProxies: setup.trustedProxies ?? [],
    keys: setup.keysFile === undefined ? { text: setup.keys ?? `tester:${KEY_DIGEST}` } : { file: setup.keysFile },
    database: setup.database === undefined ? null : { url: setup.database },
    auditDays: 400,
    tokens: setup.tokens ?? null,
  };
  const limits = { ...patientLimits, ...setup.limits };
  const { app, stopSteps } = await createGateway(config, setup.logger ?? createLogger('gateway', 'silent'), limits);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const running: RunningGateway = {
    port,
    url,
    call: (method, path, { body = null, headers = {} } = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${KEY}`,
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body,
        ...({ duplex: 'half' } as object),
      }),
    metric: async (name) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    stopSteps,
    stop: async () => {
      gateways.delete(running);
      app.server.closeAllConnections();
      for (const step of stopSteps.filter(({ name }) => name !== 'readiness')) await step.stop();
    },
  };
  gateways.add(running);
  return running;
}

/** A logger for a gateway, and the lines of the requests that it has logged. */
export function requestLog() {
  const written: string[] = [];
  const logger = createLogger('gateway', 'info', { write: (line) => void written.push(line) });
  const lines = () =>
    written.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'request');
  return { logger, lines };
}

/** Fails unless the answer is a problem that says when to try again. */
export async function expectUnavailable(answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(((await answer.json()) as Problem).code).toBe('unavailable');
}

/** Ends whatever a test has started. */
export async function stopAll(): Promise<void> {
  for (const socket of rawSockets.splice(0)) socket.destroy();
  await Promise.all([...gateways].map((gateway) => gateway.stop()));
  await Promise.all([...stubs].map((stub) => stub.kill()));
}

/** A plain connection, for what no HTTP client would send. */
export class RawConnection {
  readonly socket: Socket;
  received = '';
  closed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    rawSockets.push(this.socket);
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('error', () => {});
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Waits for an answer's head and answers with its status. */
  async status(): Promise<number> {
    await until(() => this.received.includes('\r\n\r\n'), 'an answer arrives');
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.received)?.[1]);
  }
}
