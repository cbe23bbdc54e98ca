import { operations } from '@mo/contracts';
import { answerPage, answerWith, invalid, ProblemError, pageOfRows, readCursor, type routesOf } from '@mo/service-kit';
import type { Targets } from '../delivery/targets.ts';
import type { DeliveryTable } from '../webhooks/delivery-table.ts';
import { WEBHOOKS_MAX, type WebhookTable } from '../webhooks/webhook-table.ts';
import { presentDelivery, presentReplayed, presentWebhook } from './presenter.ts';

export interface WebhookParts {
  readonly serve: ReturnType<typeof routesOf>;
  readonly webhooks: WebhookTable;
  readonly deliveries: DeliveryTable;
  readonly targets: Targets;
  /** Called when there may be something to deliver. */
  readonly wake: () => void;
}

/** All API operations of the webhooks service. */
export function webhookRoutes({ serve, webhooks, deliveries, targets, wake }: WebhookParts): void {
  const { createWebhook, listWebhooks, getWebhook, updateWebhook, removeWebhook, rotateWebhookSecret } = operations;
  const checkUrl = (url: string | undefined) => {
    const fault = url === undefined ? null : targets.faultOf(url);
    if (fault !== null) throw invalid('body', '/url', fault);
  };

  serve(createWebhook, async ({ body, caller }) => {
    checkUrl(body.url);
    const made = await webhooks.create(body, caller);
    if (made === null) throw new ProblemError('too_many_webhooks', `there are ${WEBHOOKS_MAX} webhooks already`);
    return answerWith(201, { ...presentWebhook(made.row), secret: made.secret });
  });
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
  serve(updateWebhook, async ({ params: { webhook_id: id }, body }) => {
    checkUrl(body.url);
    const row = existing(await webhooks.change(id, body), id);
    wake();
    return answerWith(200, presentWebhook(row));
  });
  serve(removeWebhook, async ({ params: { webhook_id: id } }) =>
    answerWith(200, presentWebhook(existing(await webhooks.remove(id), id))),
  );
  serve(rotateWebhookSecret, async ({ params: { webhook_id: id }, body }) => {
    const { row, secret } = existing(await webhooks.rotateSecret(id, body.overlap_seconds), id);
    return answerWith(200, { ...presentWebhook(row), secret });
  });
  serve(operations.listDeliveries, async ({ params: { webhook_id: id }, query, url }) => {
    existing(await webhooks.find(id), id);
    const { customer_id: customerId, ...rest } = query;
    const rows = await deliveries.list({ ...rest, customerId, webhookId: id, before: beforeOf(query) });
    return answerPage(
      pageOfRows(rows, query, (row) => [Number(row.id)], presentDelivery),
      url,
    );
  });
  serve(operations.replayWebhook, async ({ params: { webhook_id: id }, body }) => {
    existing(await webhooks.findKept(id), id);
    const replayed = await deliveries.replay(id, body);
    wake();
    return answerWith(202, presentReplayed(replayed));
  });
}

function existing<T>(found: T | null, id: number): T {
  if (found === null) throw new ProblemError('not_found', `there is no webhook ${id}`);
  return found;
}

const beforeOf = (query: { limit: number; cursor?: string | undefined }): number | null =>
  readCursor(query.cursor, query, 1)?.[0] ?? null;
