/**
 * The route of bulk uploads. Its body is read as a stream instead of being parsed, with content types, limits and
 * timeouts of its own. It is a separate plugin, so that these settings don't affect other routes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bulkQuery, HEADERS, operations } from '@mo/contracts';
import type { ServiceParts } from '@mo/messaging';
import {
  acceptTraceparent,
  answerWith,
  counter,
  isGoneOf,
  keyIdOf,
  liftRequestTimeout,
  linger,
  ProblemError,
  sendAnswer,
  systemClock,
  tokenOf,
  unavailable,
  unsampled,
  validate,
} from '@mo/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { arriving } from '../bulk/arriving.ts';
import { openUpload } from '../bulk/formats.ts';
import {
  LINGER_MS,
  MOVES_MAX,
  SENDER_PROBE_INTERVAL_MS,
  STAGING_TOUCH_INTERVAL_MS,
  TRANSACTIONS_MAX,
  UPLOADS_MAX,
} from '../bulk/limits.ts';
import { semaphoreOf } from '../bulk/semaphore.ts';
import { type BulkParts, type BulkRequest, createInBulk, LINE_OUTCOMES } from '../commands/create-in-bulk.ts';
import type { CustomerAccount } from '../domain/account.ts';

const OPERATION = operations.createCustomersInBulk;

export function bulkRoute({ server, database, streams, registry }: ServiceParts<CustomerAccount>): void {
  const lines = counter(registry, 'mo_bulk_lines_total', 'Lines of bulk uploads, by outcome', ['outcome']);
  for (const outcome of LINE_OUTCOMES) lines.inc({ outcome }, 0);
  const parts: BulkParts = {
    database,
    clock: systemClock,
    transactions: semaphoreOf(TRANSACTIONS_MAX),
    moves: semaphoreOf(MOVES_MAX),
    touchIntervalMs: STAGING_TOUCH_INTERVAL_MS,
    onWritten: () => streams.onWritten(),
    onOutcome: (counts) => {
      for (const outcome of LINE_OUTCOMES) lines.inc({ outcome }, counts[outcome]);
    },
  };
  const stopping = new AbortController();
  let underWay = 0;

  void server.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
    scope.addHook('preClose', async () => stopping.abort());
    scope.route({
      method: OPERATION.method,
      url: OPERATION.path,
      config: { operation: OPERATION },
      handler: async (request, reply) => {
        if (underWay >= UPLOADS_MAX) throw unavailable('too many uploads are under way');
        underWay += 1;
        try {
          const upload = await uploadOf(request, stopping.signal);
          const stopProbing = probeSender(request.raw, reply.raw);
          const summary = await createInBulk(parts, upload).finally(stopProbing);
          if (upload.isAtomic && summary.failed > 0) throw bulkFailed(summary);
          return await sendAnswer(reply, answerWith(200, summary));
        } finally {
          underWay -= 1;
          if (stopping.signal.aborted && !request.raw.complete) reply.header('connection', 'close');
          else discardRest(request.raw);
        }
      },
    });
  });
}

/**
 * Writes interim answers while more of an upload is to be read. The end of a connection is read only after all bytes
 * before it, of which the kernels hold megabytes: minutes of work. A write is reset at once if the sender has closed.
 *
 * @returns what stops it, which must be done before the answer
 */
function probeSender(upload: IncomingMessage, answer: ServerResponse): () => void {
  const timer = setInterval(() => {
    if (!upload.complete && !answer.destroyed) answer.writeProcessing();
  }, SENDER_PROBE_INTERVAL_MS);
  return () => clearInterval(timer);
}

/**
 * Reads on after an answer that did not wait for the whole upload. If the connection were closed at once, the gateway
 * could take that for the death of this process before it reads the answer.
 */
function discardRest(upload: IncomingMessage): void {
  // While the reader that has stopped listens, nothing flows.
  upload.removeAllListeners('readable');
  linger(upload, LINGER_MS);
}

async function uploadOf(request: FastifyRequest, stopping: AbortSignal): Promise<BulkRequest> {
  const keyId = keyIdOf(OPERATION, request);
  const { atomic: isAtomic } = validate(bulkQuery, request.query, 'query');
  // An upload concerns no existing customer, so the token has no effect; a malformed one is refused as on all routes.
  tokenOf(request);
  liftRequestTimeout(request.raw);
  return {
    upload: await openUpload(request.headers, arriving(request.raw, stopping)),
    isAtomic,
    keyId,
    traceparent: traceparentOf(request),
    isGone: isGoneOf(request),
  };
}

/** An upload is one span: a span per customer in every service would be far too many. */
function traceparentOf({ headers, span }: FastifyRequest): string | null {
  return span === null ? acceptTraceparent(headers[HEADERS.traceparent]) : unsampled(span.traceparent);
}

function bulkFailed(summary: Awaited<ReturnType<typeof createInBulk>>): ProblemError {
  const detail = `${summary.failed} of ${summary.received} lines have errors; nothing was created`;
  return new ProblemError('bulk_failed', detail, { members: { ...summary } });
}
