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

/** Who is told of events by HTTP. Writes are sent again by themselves after 429 alone. */
export class Webhooks {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Subscribes; the answer shows the secret that messages are signed with, this once. */
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

  /** What is left out stays. */
  async update(webhookId: number, change: WebhookChange, options?: CallOptions): Promise<Webhook> {
    const call = { path: { webhook_id: webhookId }, body: jsonBody(change) };
    return (await this.#caller.call('updateWebhook', call, options)).body;
  }

  /** It is told of nothing more. */
  async remove(webhookId: number, options?: CallOptions): Promise<Webhook> {
    return (await this.#caller.call('removeWebhook', { path: { webhook_id: webhookId } }, options)).body;
  }

  /** Gives it a new secret; for `overlap_seconds`, a day unless told, messages are signed with the old one, too. */
  async rotateSecret(webhookId: number, rotation: SecretRotation = {}, options?: CallOptions): Promise<CreatedWebhook> {
    const call = { path: { webhook_id: webhookId }, body: jsonBody(rotation) };
    return (await this.#caller.call('rotateWebhookSecret', call, options)).body;
  }

  /** What was sent to it, newest first. */
  deliveries(webhookId: number, query: QueryOf<'listDeliveries'> = {}, options?: CallOptions): List<Delivery> {
    return this.#caller.list('listDeliveries', { path: { webhook_id: webhookId }, query }, () => null, options);
  }

  /** Sends messages once more: some deliveries, or one of every event of a time. */
  async replay(webhookId: number, replay: WebhookReplay, options?: CallOptions): Promise<Replayed> {
    const call = { path: { webhook_id: webhookId }, body: jsonBody(replay) };
    return (await this.#caller.call('replayWebhook', call, options)).body;
  }
}
