/** All that decides on who may call: keys from the environment or a file, keys of the store, tokens, and rates. */
import { isIP } from 'node:net';
import { type Logger, pathOf, type Registry, type StopStep, whenOver } from '@mo/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditTrail } from '../audit/audit-trail.ts';
import type { GatewayConfig } from '../config.ts';
import type { Limits } from '../forward/limits.ts';
import type { ApiKey } from '../keys/api-key.ts';
import { KeyRing, type MakeMeter } from '../keys/key-ring.ts';
import { watchStaticKeys } from '../keys/static-keys.ts';
import { StoredKeys } from '../keys/stored-keys.ts';
import { SharedBucket } from '../rates/shared-bucket.ts';
import { TokenBucket } from '../rates/token-bucket.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import { authenticate } from './authenticate.ts';
import type { Caller } from './caller.ts';

/** Of a path that is longer, the audit log keeps this much. */
const AUDITED_PATH_LENGTH = 500;
const FORBIDDEN = 403;

export interface Access {
  /** Who calls. @throws ProblemError unauthenticated, unavailable */
  identify(headers: FastifyRequest['headers']): Caller | Promise<Caller>;
  /** Will note in the audit log what comes of a request, where there is one and the request is of those that it keeps. */
  audit(caller: Caller, request: FastifyRequest, reply: FastifyReply): void;
  /** Null where the gateway has none. */
  readonly store: Store | null;
  /** Takes over at once what has changed in the store; where that fails, it is done within a second. */
  refresh(): Promise<void>;
  readonly stopSteps: StopStep[];
}

/** @throws ConfigError, or what the database says against it */
export async function openAccess(
  config: GatewayConfig,
  { rateTimeoutMs }: Limits,
  logger: Logger,
  registry: Registry,
): Promise<Access> {
  const { database, auditDays, tokens: settings } = config;
  const store = database === null ? null : await openStore(database, { auditDays, rateTimeoutMs }, logger, registry);
  const makeMeter: MakeMeter = (digest, rate) =>
    store === null ? new TokenBucket(rate, performance.now()) : new SharedBucket(digest, rate, store.draw);
  const ring = new KeyRing(makeMeter, (keyId) => stored?.used(keyId));
  let fromFile: ApiKey[] = [];
  let fromStore: ApiKey[] = [];
  const put = () => ring.replace([...fromFile, ...fromStore]);
  const takeStored = (keys: ApiKey[]) => {
    fromStore = keys;
    put();
  };
  const stored = store === null ? null : new StoredKeys(store.keys, takeStored, logger, registry);
  const endWatch = watchStaticKeys(
    config.keys,
    (keys) => {
      fromFile = keys;
      put();
    },
    logger,
  );
  await stored?.start();
  const tokens = settings === null ? null : new AccessTokens(settings, makeMeter, logger);
  const trail = store === null ? null : new AuditTrail(store.audit, logger, registry);
  return {
    identify: (headers) => authenticate(ring, tokens, headers),
    audit: (caller, request, reply) => {
      if (trail !== null) noteWhenOver(trail, caller, request, reply);
    },
    store,
    refresh: async () =>
      stored?.refresh().catch((error: unknown) => {
        logger.warn({ err: error }, 'what has changed in the store of API keys is taken over later');
      }),
    stopSteps: [
      { name: 'keys in a file', stop: endWatch },
      { name: 'keys', stop: () => stored?.close() },
      { name: 'audit log', stop: () => trail?.close() },
      { name: 'store', stop: () => store?.close() },
    ],
  };
}

/** Writes, acts of administrators, and what was refused for want of a scope. */
function noteWhenOver(trail: AuditTrail, { id: caller, keyId }: Caller, request: FastifyRequest, reply: FastifyReply) {
  const { operation } = request.routeOptions.config;
  if (operation === undefined) return;
  // By then the connection may be gone, and its address with it.
  const address = addressOf(request);
  whenOver(reply, (status) => {
    if (operation.method === 'GET' && operation.scope !== 'admin' && status !== FORBIDDEN) return;
    trail.note({
      atMs: Date.now(),
      caller,
      keyId,
      operation: operation.id,
      method: request.method,
      path: pathOf(request).slice(0, AUDITED_PATH_LENGTH),
      status,
      address,
      requestId: request.id,
    });
  });
}

/** Where a call came from: what a proxy that is trusted says of that, if it is an address, else the connection's other end. */
function addressOf({ ip, raw: { socket } }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}
