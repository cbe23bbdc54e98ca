/**
 * A service's routes for its peers: they pull its stream, and ask it to apply events of theirs (settle). Pulls have a
 * queue and connections of their own, so that they are answered however busy the write path is.
 */
import { externalId, idParameter, type Stream } from '@mo/contracts';
import { answerWith, BatchQueue, invalid, QueueFullError, sendAnswer, unavailable, validate } from '@mo/service-kit';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from '../protocol/account.ts';
import type { WritePath } from '../protocol/write-path.ts';
import type { Journal, JournalPage } from '../sql/journal.ts';
import { type HeadsPage, headsQuery, type PullWant, pullRequest, settleRequest } from './wire.ts';

/** The most wants that may wait to be read. */
const WANTS_QUEUE_MAX = 10_000;
const READS_IN_FLIGHT_MAX = 2;
const WANTS_BATCH_MAX = 400;
/** Sweeps are not urgent: one reads at a time, and at most this many wait. */
const HEADS_QUEUE_MAX = 10;

const oneWant = z.strictObject({
  customer_id: idParameter.optional(),
  external_id: externalId.optional(),
  after: z.coerce.number().int().min(0).default(0),
});

export interface StreamRoutesOptions<A extends Account> {
  readonly own: Stream;
  readonly follows: readonly Stream[];
  readonly journal: Journal;
  readonly writePath: WritePath<A>;
  /** Called if another service has applied more events of a customer than the journal holds: some are lost. */
  readonly onLost: (customerId: number, head: number, applied: number) => void;
}

export function streamRoutes<A extends Account>(
  app: FastifyInstance,
  { own, follows, journal, writePath, onLost }: StreamRoutesOptions<A>,
): void {
  const reads = new BatchQueue<PullWant, JournalPage>({
    run: (wants) => journal.pages(wants),
    weightMax: WANTS_BATCH_MAX,
    queueWeightMax: WANTS_QUEUE_MAX,
    inFlightMax: READS_IN_FLIGHT_MAX,
  });
  const heads = new BatchQueue<z.infer<typeof headsQuery>, HeadsPage>({
    run: (queries) =>
      Promise.all(
        queries.map(({ since, until, after, times }) =>
          journal.heads({ sinceMs: since, untilMs: until }, after, times),
        ),
      ),
    weightMax: 1,
    queueWeightMax: HEADS_QUEUE_MAX,
  });
  const unlessFull = (error: unknown) => {
    throw error instanceof QueueFullError ? unavailable('too many pulls are waiting', error) : error;
  };
  const read = (want: PullWant) => reads.submit(want).catch(unlessFull);

  app.post(`/internal/streams/${own}/pull`, async (request, reply) => {
    const { wants } = validate(pullRequest, request.body, 'body');
    const pages = await Promise.all(wants.map(read));
    for (const [place, { customer_id: customerId, after }] of wants.entries()) {
      const head = pages[place]?.head ?? 0;
      if (customerId !== undefined && after > head) onLost(customerId, head, after);
    }
    return sendPages(reply, pages);
  });
  app.get(`/internal/streams/${own}`, async (request, reply) => {
    const want = validate(oneWant, request.query, 'query');
    if (want.customer_id === undefined && want.external_id === undefined)
      throw invalid('query', '/customer_id', 'is required', 'required');
    return sendPages(reply, [await read(want)]);
  });
  app.get(`/internal/streams/${own}/heads`, async (request, reply) => {
    const query = validate(headsQuery, request.query, 'query');
    const page = await heads.submit(query).catch(unlessFull);
    return sendAnswer(reply, answerWith(200, { heads: page.heads, is_last: page.isLast }));
  });
  for (const stream of follows) {
    app.post(`/internal/streams/${stream}/settle`, async (request, reply) => {
      const { customer_id, version } = validate(settleRequest, request.body, 'body');
      return sendAnswer(
        reply,
        answerWith(200, { applied: await writePath.catchUp(customer_id, stream, version, 'settle') }),
      );
    });
  }
}

/** Sends pages whose events are serialised JSON already. */
function sendPages(reply: Parameters<typeof sendAnswer>[0], pages: JournalPage[]) {
  const texts = pages.map(
    ({ customerId, head, events }) => `{"customer_id":${customerId},"head":${head},"events":${events}}`,
  );
  return sendAnswer(reply, { status: 200, body: `{"pages":[${texts.join(',')}]}`, token: null });
}
