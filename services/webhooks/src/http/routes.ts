import { operations } from '@mo/contracts';
import type { Sql } from '@mo/database';
import {
  answerPage,
  answerProblem,
  answerWith,
  invalid,
  ProblemError,
  pageOfRows,
  type RequestKey,
  readCursor,
  type routesOf,
} from '@mo/service-kit';
import type { Targets } from '../delivery/targets.ts';
import type { DeliveryTable } from '../webhooks/delivery-table.ts';
import type { StoredAnswers, Write } from '../webhooks/stored-answers.ts';
import { WEBHOOKS_MAX, type WebhookTable } from '../webhooks/webhook-table.ts';
import { presentDelivery, presentReplayed, presentWebhook } from './presenter.ts';

export interface WebhookParts {
  readonly serve: ReturnType<typeof routesOf>;
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  readonly answers: StoredAnswers;
  readonly targets: Targets;
  /** Called when there may be something to deliver, or the rest of a change to be made. */
  readonly wake: () => void;
}

/** All API operations of the webhooks service. */
export function webhookRoutes({ serve, webhooks, deliveries, answers, targets, wake }: WebhookParts): void {
  const { createWebhook, listWebhooks, getWebhook, updateWebhook, removeWebhook, rotateWebhookSecret } = operations;
  const checkUrl = (url: string | undefined) => {
    const fault = url === undefined ? null : targets.faultOf(url);
    if (fault !== null) throw invalid('body', '/url', fault);
  };
  /** Wakes after the commit, because only then the write is seen. */
  const onceAndWake = async (key: RequestKey | null, write: Write) => {
    const answer = await answers.once(key, write);
    wake();
    return answer;
  };

  /** @throws ProblemError not_found, which says whether the webhook was removed */
  const kept = async <T>(sql: Sql, found: T | null, id: number): Promise<T> => {
    if (found !== null) return found;
    existing(await webhooks.find(id, sql), id);
    throw new ProblemError('not_found', `webhook ${id} was removed`);
  };

  serve(createWebhook, ({ body, caller, key, origin }) =>
    answers.once(key, async (sql) => {
      checkUrl(body.url);
      const made = await webhooks.create(sql, body, caller);
      if (made !== null) return answerWith(201, { ...presentWebhook(made.row), secret: made.secret });
      const full = new ProblemError('too_many_webhooks', `there are ${WEBHOOKS_MAX} webhooks already`);
      return answerProblem(full, origin.requestId);
    }),
  );
  serve(listWebhooks, async ({ query, url }) => {
    const rows = await webhooks.list({ ...query, before: beforeOf(query) });
    return answerPage(
      pageOfRows(rows, query, ({ id }) => [Number(id)], presentWebhook),
      url,
    );
  });
  serve(getWebhook, async ({ params: { webhook_id: id } }) =>
    answerWith(200, presentWebhook(existing(await webhooks.find(id), id))),
  );
  serve(updateWebhook, ({ params: { webhook_id: id }, body, key }) =>
    onceAndWake(key, async (sql) => {
      checkUrl(body.url);
      return answerWith(200, presentWebhook(await kept(sql, await webhooks.change(sql, id, body), id)));
    }),
  );
  serve(removeWebhook, ({ params: { webhook_id: id }, key }) =>
    onceAndWake(key, async (sql) => answerWith(200, presentWebhook(existing(await webhooks.remove(sql, id), id)))),
  );
  serve(rotateWebhookSecret, ({ params: { webhook_id: id }, body, key }) =>
    answers.once(key, async (sql) => {
      const { row, secret } = await kept(sql, await webhooks.rotateSecret(sql, id, body.overlap_seconds), id);
      return answerWith(200, { ...presentWebhook(row), secret });
    }),
  );
  serve(operations.listDeliveries, async ({ params: { webhook_id: id }, query, url }) => {
    existing(await webhooks.find(id), id);
    const { customer_id: customerId, ...rest } = query;
    const rows = await deliveries.list({ ...rest, customerId, webhookId: id, before: beforeOf(query) });
    return answerPage(
      pageOfRows(rows, query, (row) => [Number(row.id)], presentDelivery),
      url,
    );
  });
  serve(operations.replayWebhook, ({ params: { webhook_id: id }, body, key }) =>
    onceAndWake(key, async (sql) => {
      await kept(sql, await webhooks.findKept(sql, id), id);
      return answerWith(202, presentReplayed(await deliveries.replay(sql, id, body)));
    }),
  );
}

function existing<T>(found: T | null, id: number): T {
  if (found === null) throw new ProblemError('not_found', `there is no webhook ${id}`);
  return found;
}

const beforeOf = (query: { limit: number; cursor?: string | undefined }): number | null =>
  readCursor(query.cursor, query, 1)?.[0] ?? null;
