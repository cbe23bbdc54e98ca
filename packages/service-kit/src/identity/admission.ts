/**
 * Access control between services: a second port accepts calls over TLS from callers with a certificate of the trusted
 * authority, and a rule states which operations each of them may call. If TLS is required, the first port serves only
 * operators.
 */
import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { RequestListener, ServerOptions } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { carrierOf } from '@mo/mux';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../log.ts';
import { counter, type Registry } from '../metrics.ts';
import { ProblemError } from '../problem-error.ts';
import { type Identity, isNamed } from './identity.ts';

/** The caller of all public operations. */
const GATEWAY = 'gateway';
/** The path prefix of operations that services call. */
const INTERNAL_PATHS = '/internal/';
/** The path suffixes for reading events, and the last versions of customers' streams. */
const READING_PATHS = ['/pull', '/heads'];
/** The time limit from the connection to the end of the TLS handshake. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;

export interface AdmissionOptions {
  readonly identity: Identity;
  readonly port: number;
  /** Whether calls without TLS are refused, except those of operators. */
  readonly isRequired: boolean;
  /** The services that may call internal operations. */
  readonly internalCallers: readonly string[];
  /** Services that may also read events, and nothing else. */
  readonly pullers: readonly string[];
  readonly handshakeTimeoutMs: number;
  readonly logger: Logger;
  readonly registry: Registry;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #names: readonly string[];
  /** The names in the certificate of each connection's caller. */
  readonly #callers = new WeakMap<Socket, readonly string[]>();
  #server: Server | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#names = [GATEWAY, ...options.internalCallers, ...options.pullers];
  }

  /** The port that it listens on. */
  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  /**
   * Applies the rule before all other work of the app, and creates the TLS server, which passes requests to `answer`.
   * The server starts to listen with `listen`, and closes with the app.
   *
   * @param settings the settings of the server without TLS
   * @param openPaths routes that need no authentication
   */
  guard(
    app: FastifyInstance,
    settings: ServerOptions,
    answer: RequestListener,
    openPaths: ReadonlySet<string>,
  ): Server {
    const { identity, handshakeTimeoutMs, logger, registry } = this.#options;
    const server = createServer(
      {
        ...settings,
        ...identity.credentials,
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: handshakeTimeoutMs,
      },
      answer,
    );
    const help = 'Connections refused without a trusted certificate';
    const refused = counter(registry, 'mo_tls_refused_total', help);
    server.on('tlsClientError', (error) => {
      refused.inc();
      logger.debug({ err: error }, 'a connection was refused');
    });
    identity.onRenewed(() => server.setSecureContext(identity.credentials));
    app.addHook('onRequest', (request, _reply, done) => {
      done(openPaths.has(request.routeOptions.url ?? '') ? undefined : (this.#fault(request) ?? undefined));
    });
    app.addHook('onClose', async () => {
      if (server.listening) await closed(server);
    });
    this.#server = server;
    return server;
  }

  /** @throws if the port is not available */
  async listen(host: string, backlog: number): Promise<void> {
    const server = this.#server as Server;
    server.listen({ host, port: this.#options.port, backlog });
    await once(server, 'listening');
  }

  /** Whether a connection may carry calls at all, regardless of the caller. */
  takesCallsOver(connection: Socket): boolean {
    return connection instanceof TLSSocket || !this.#options.isRequired;
  }

  #fault({ raw, routeOptions }: FastifyRequest): ProblemError | null {
    const carrier = carrierOf(raw.socket);
    if (!this.takesCallsOver(carrier)) {
      const how = `only over TLS, at port ${this.port}, with a certificate`;
      return new ProblemError('unauthenticated', `calls are accepted ${how}`);
    }
    if (!(carrier instanceof TLSSocket)) return null;
    const allowed = this.#allowedAt(routeOptions.url ?? '');
    if (this.#callersAt(carrier).some((name) => allowed.includes(name))) return null;
    return new ProblemError(
      'forbidden',
      `only ${allowed.join(' and ')} may call this, with a certificate of that name`,
    );
  }

  #allowedAt(path: string): readonly string[] {
    const { internalCallers, pullers } = this.#options;
    if (!path.startsWith(INTERNAL_PATHS)) return [GATEWAY];
    const isReading = READING_PATHS.some((end) => path.endsWith(end));
    return isReading ? [...internalCallers, ...pullers] : internalCallers;
  }

  #callersAt(socket: TLSSocket): readonly string[] {
    let callers = this.#callers.get(socket);
    if (callers === undefined) {
      const certificate: X509Certificate | undefined = socket.getPeerX509Certificate();
      callers = certificate === undefined ? [] : this.#names.filter((name) => isNamed(certificate, name));
      this.#callers.set(socket, callers);
    }
    return callers;
  }
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
