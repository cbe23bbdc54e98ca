/** Access control: keys from the environment or a file, keys of the store, tokens, and rate limits. */
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
import { Preparation } from '../store/preparation.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import { authenticate } from './authenticate.ts';
import type { Caller } from './caller.ts';

/** The maximum length of a path in the audit log. */
const AUDITED_PATH_LENGTH = 500;
const FORBIDDEN = 403;

export interface Access {
  /** The caller. @throws ProblemError unauthenticated, unavailable */
  identify(headers: FastifyRequest['headers']): Caller | Promise<Caller>;
  /** Records the outcome of a request in the audit log once it is over, if there is a log and it covers the request. */
  audit(caller: Caller, request: FastifyRequest, reply: FastifyReply): void;
  /** Null if the gateway has no database. */
  readonly store: Store | null;
  /** Why the store cannot be used yet; null if it can, or if there is none. */
  missing(): string | null;
  /** Applies changes in the store at once; if that fails, they are applied within a second. */
  refresh(): Promise<void>;
  readonly stopSteps: StopStep[];
}

/** @throws ConfigError, or an error of the database, except if it cannot be reached */
export async function openAccess(
  config: GatewayConfig,
  { rateTimeoutMs, providerTimeoutMs }: Limits,
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
    store !== null,
    (keys) => {
      fromFile = keys;
      put();
    },
    logger,
  );
  const preparation =
    store === null
      ? null
      : new Preparation(async () => {
          await store.prepare();
          await stored?.start();
        }, logger);
  await preparation?.start();
  const missing = () => preparation?.missing ?? null;
  const tokens = settings === null ? null : new AccessTokens(settings, providerTimeoutMs, makeMeter, logger);
  const trail = store === null ? null : new AuditTrail(store.audit, logger, registry);
  return {
    identify: (headers) => authenticate(ring, tokens, headers, missing()),
    audit: (caller, request, reply) => {
      if (trail !== null) noteWhenOver(trail, caller, request, reply);
    },
    store,
    missing,
    refresh: async () =>
      stored?.refresh().catch((error: unknown) => {
        logger.warn({ err: error }, 'changes of API keys could not be read yet');
      }),
    stopSteps: [
      { name: 'keys in a file', stop: endWatch },
      { name: 'preparation of the store', stop: () => preparation?.close() },
      { name: 'keys', stop: () => stored?.close() },
      { name: 'audit log', stop: () => trail?.close() },
      { name: 'store', stop: () => store?.close() },
    ],
  };
}

/** Covers writes, operations of administrators, and requests refused because of a missing scope. */
function noteWhenOver(trail: AuditTrail, { id: caller, keyId }: Caller, request: FastifyRequest, reply: FastifyReply) {
  const { operation } = request.routeOptions.config;
  if (operation === undefined) return;
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
      address: request.address ?? '',
      requestId: request.id,
    });
  });
}
