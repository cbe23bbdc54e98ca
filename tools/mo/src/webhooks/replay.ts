/**
 * Replays webhook messages part by part. Another attempt at a part sends its messages once more, so Ctrl-C waits for the answer
 * to the one under way, and what fails says from when on to go on.
 */
import { isProblem, type MoClient, type WebhookReplay } from '@mo/client';

export interface ReplayedSoFar {
  /** Messages that are sent once more. */
  readonly deliveries: number;
  /** From when on to go on; null once all is done. */
  readonly next_from: string | null;
}

export interface ReplayOptions {
  readonly client: MoClient;
  readonly webhookId: number;
  readonly what: WebhookReplay;
  /** Aborted, it ends after the part that is under way. */
  readonly signal: AbortSignal;
  /** Told where it ends in the middle, before that is thrown; `isSure` unless messages after `next_from` may be sent, too. */
  readonly onStopped: (soFar: ReplayedSoFar, isSure: boolean) => void;
}

/** @throws MoError; the reason of the signal where parts are left */
export async function replayWebhook(options: ReplayOptions): Promise<ReplayedSoFar> {
  const { client, webhookId, what, signal, onStopped } = options;
  let soFar: ReplayedSoFar = { deliveries: 0, next_from: what.from ?? null };
  let isSure = true;
  try {
    for (let from = what.from; ; from = soFar.next_from ?? undefined) {
      signal.throwIfAborted();
      isSure = false;
      const { deliveries, next_from } = await client.webhooks.replay(webhookId, { ...what, from });
      isSure = true;
      soFar = { deliveries: soFar.deliveries + deliveries, next_from };
      if (next_from === null) return soFar;
    }
  } catch (error) {
    const isRefusal = isProblem(error) && error.status < 500;
    if (soFar.next_from !== null && (soFar.deliveries > 0 || !isRefusal)) onStopped(soFar, isSure || isRefusal);
    throw error;
  }
}
