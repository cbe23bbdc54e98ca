import type { Caller, CallOptions } from '../caller.ts';
import type { List } from '../pages.ts';
import type {
  CreatedWebhook,
  Delivery,
  NewWebhook,
  QueryOf,
  Replayed,
  SecretRotation,
  Webhook,
  WebhookChange,
  WebhookReplay,
} from '../types.ts';
import { jsonBody } from '../upload.ts';

/** Webhooks, which receive events by HTTP. */
export class Webhooks {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Creates a webhook. The secret that signs its messages is only in this answer, which a repeated key returns again. */
  async create(webhook: NewWebhook, options?: CallOptions): Promise<CreatedWebhook> {
    return (await this.#caller.call('createWebhook', { body: jsonBody(webhook) }, options)).body;
  }

  async get(webhookId: number, options?: CallOptions): Promise<Webhook> {
    return (await this.#caller.call('getWebhook', { path: { webhook_id: webhookId } }, options)).body;
  }

  /** Newest first. */
  list(query: QueryOf<'listWebhooks'> = {}, options?: CallOptions): List<Webhook> {
    return this.#caller.list('listWebhooks', { query }, () => null, options);
  }

  /** Changes only the members that are given. */
  async update(webhookId: number, change: WebhookChange, options?: CallOptions): Promise<Webhook> {
    const call = { path: { webhook_id: webhookId }, body: jsonBody(change) };
    return (await this.#caller.call('updateWebhook', call, options)).body;
  }

  /** Removes the webhook; it receives no more events. */
  async remove(webhookId: number, options?: CallOptions): Promise<Webhook> {
    return (await this.#caller.call('removeWebhook', { path: { webhook_id: webhookId } }, options)).body;
  }

  /** Creates a new secret. For `overlap_seconds` (default: 1 day) messages are signed with the old one as well. */
  async rotateSecret(webhookId: number, rotation: SecretRotation = {}, options?: CallOptions): Promise<CreatedWebhook> {
    const call = { path: { webhook_id: webhookId }, body: jsonBody(rotation) };
    return (await this.#caller.call('rotateWebhookSecret', call, options)).body;
  }

  /** The deliveries to a webhook, newest first. */
  deliveries(webhookId: number, query: QueryOf<'listDeliveries'> = {}, options?: CallOptions): List<Delivery> {
    return this.#caller.list('listDeliveries', { path: { webhook_id: webhookId }, query }, () => null, options);
  }

  /** Sends messages again: either some deliveries, or all events of a period. */
  async replay(webhookId: number, replay: WebhookReplay, options?: CallOptions): Promise<Replayed> {
    const call = { path: { webhook_id: webhookId }, body: jsonBody(replay) };
    return (await this.#caller.call('replayWebhook', call, options)).body;
  }
}
