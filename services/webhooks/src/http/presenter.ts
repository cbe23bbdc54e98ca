import {
  DELIVERY_STATUSES,
  type DeliveryBody,
  type ReplayedBody,
  WEBHOOK_STATUSES,
  type WebhookBody,
} from '@mo/contracts';
import { wordOf } from '@mo/database';
import type { DeliveryRow, Replayed } from '../webhooks/delivery-table.ts';
import type { Time, WebhookRow } from '../webhooks/webhook-table.ts';

const timeOf = (time: Time): string => new Date(time).toISOString();
const timeOrNull = (time: Time | null): string | null => (time === null ? null : timeOf(time));

export const presentWebhook = (row: WebhookRow): WebhookBody => ({
  id: Number(row.id),
  url: row.url,
  description: row.description,
  event_types: row.event_types,
  status: wordOf(WEBHOOK_STATUSES, row.status),
  disabled_reason: row.disabled_reason,
  created_at: timeOf(row.created_at),
  created_by: row.created_by,
  updated_at: timeOf(row.updated_at),
});

export const presentDelivery = (row: DeliveryRow): DeliveryBody => ({
  id: Number(row.id),
  webhook_id: Number(row.webhook_id),
  event_id: `${row.stream}-${row.customer_id}-${row.version}`,
  event_type: row.event_type,
  customer_id: Number(row.customer_id),
  status: wordOf(DELIVERY_STATUSES, row.status),
  attempts: row.attempts,
  created_at: timeOf(row.created_at),
  last_attempt_at: timeOrNull(row.last_attempt_at),
  last_status: row.last_status,
  last_error: row.last_error,
  next_attempt_at: timeOrNull(row.due_at),
});

export const presentReplayed = ({ deliveries, nextFromMs, missingIds }: Replayed): ReplayedBody => ({
  deliveries,
  next_from: nextFromMs === null ? null : timeOf(new Date(nextFromMs)),
  ...(missingIds.length > 0 && { missing_ids: [...missingIds] }),
});
