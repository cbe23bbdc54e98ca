/** The gateway's own operations: managing keys and reading the audit log. */
import type { IncomingMessage } from 'node:http';
import { type Operation, operations } from '@mo/contracts';
import {
  type Answer,
  answerPage,
  answerWith,
  hasBody,
  invalid,
  ProblemError,
  pageOfRows,
  readCursor,
  routesOf,
  unavailable,
  type ValidRequest,
} from '@mo/service-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { admitCallers } from '../access/admit.ts';
import type { Access } from '../access/open-access.ts';
import { bodyTooSlow } from '../forward/body.ts';
import { isContinueExpected } from '../forward/expect.ts';
import type { Limits } from '../forward/limits.ts';
import { refuseOtherMethods } from '../other-methods.ts';
import type { Store } from '../store/open-store.ts';
import { presentEntry, presentKey } from './present.ts';

/** Registers the routes; all of them need the scope `admin`. */
export function adminRoutes(app: FastifyInstance, access: Access, limits: Limits): void {
  admitCallers(app, access);
  app.addHook('preParsing', (request, reply, _body, done) => {
    if (isContinueExpected(request.raw)) reply.raw.writeContinue();
    boundArrival(request.raw, reply, limits);
    done();
  });
  const serve = routesOf(app, { isKeyUsed: async () => false, catchUp: async () => {} });
  /** Registers an operation on the store; a gateway without a store does not have it. */
  const withStore = <O extends Operation>(
    operation: O,
    work: (store: Store, request: ValidRequest<O>) => Promise<Answer>,
  ) =>
    serve(operation, async (request) => {
      const { store } = access;
      if (store === null) throw new ProblemError('not_found', NO_STORE);
      const missing = access.missing();
      if (missing !== null) throw unavailable(missing);
      return work(store, request);
    });
  /** Answers once this gateway applies the change. */
  const answerAfterChange = async (status: number, body: object): Promise<Answer> => {
    await access.refresh();
    return answerWith(status, body);
  };
  const { createKey, listKeys, getKey, rotateKey, revokeKey, listAudit } = operations;

  withStore(createKey, async ({ keys }, { body, caller }) => {
    refusePast(body.expires_at);
    const { key, row } = await keys.create(body, caller);
    return answerAfterChange(201, { ...presentKey(row), key });
  });
  withStore(listKeys, async ({ keys }, { query, url }) => {
    const rows = await keys.list({ ...query, before: beforeOf(query) });
    return answerPage(
      pageOfRows(rows, query, ({ id }) => [Number(id)], presentKey),
      url,
    );
  });
  withStore(getKey, async ({ keys }, { params: { key_id: id } }) =>
    answerWith(200, presentKey(existing(await keys.find(id), id))),
  );
  withStore(rotateKey, async ({ keys }, { params: { key_id: id }, body, caller }) => {
    refusePast(body.expires_at);
    const rotated = await keys.rotate(id, body.overlap_seconds, body.expires_at ?? null, caller);
    const { key, row } = existing(rotated, id);
    return answerAfterChange(201, { ...presentKey(row), key });
  });
  withStore(revokeKey, async ({ keys }, { params: { key_id: id } }) => {
    return answerAfterChange(200, presentKey(existing(await keys.revoke(id), id)));
  });
  withStore(listAudit, async ({ audit }, { query, url }) => {
    const [atMs, id] = readCursor(query.cursor, query, 2) ?? [];
    const before = atMs === undefined || id === undefined ? undefined : { atMs, id };
    const rows = await audit.list({ ...query, before });
    return answerPage(
      pageOfRows(rows, query, (row) => [new Date(row.at).getTime(), Number(row.id)], presentEntry),
      url,
    );
  });

  refuseOtherMethods(
    app,
    Object.values<Operation>(operations).filter(({ service }) => service === 'gateway'),
  );
}

const NO_STORE = 'there is no database of API keys at this gateway: its operators must set GATEWAY_DATABASE_URL';

/** Refuses a request whose body has not arrived completely within the time limit of a call. */
function boundArrival(request: IncomingMessage, reply: FastifyReply, { callTimeoutMs }: Limits): void {
  if (request.destroyed || !hasBody(request)) return;
  const timer = setTimeout(() => {
    if (!request.complete && !reply.sent) void reply.send(bodyTooSlow());
  }, callTimeoutMs);
  const stop = () => clearTimeout(timer);
  request.once('end', stop);
  // Node never closes a request that was answered before its end, whatever happens to its connection.
  reply.raw.once('close', stop);
}

/** A key that has expired already is of no use. @throws ProblemError invalid_request */
function refusePast(expiresAt: Date | undefined): void {
  if (expiresAt === undefined || expiresAt.getTime() > Date.now()) return;
  throw invalid('body', '/expires_at', 'must be in the future', 'in_past');
}

function existing<T>(found: T | null, id: number): T {
  if (found === null) throw new ProblemError('not_found', `there is no key ${id}`);
  return found;
}

const beforeOf = (query: { limit: number; cursor?: string | undefined }): number =>
  readCursor(query.cursor, query, 1)?.[0] ?? Number.MAX_SAFE_INTEGER;
