/**
 * Replays webhook messages in parts. Repeating a part sends its messages again. So Ctrl-C waits for the answer to the
 * current part, and a failure reports the time from which to continue.
 */
import { isProblem, type MoClient, type WebhookReplay } from '@mo/client';

export interface ReplayedSoFar {
  /** Messages that were sent once more. */
  readonly deliveries: number;
  /** The time from which to continue; null once everything is done. */
  readonly next_from: string | null;
}

export interface ReplayOptions {
  readonly client: MoClient;
  readonly webhookId: number;
  readonly what: WebhookReplay;
  /** Once aborted, the replay ends after the current part. */
  readonly signal: AbortSignal;
  /** Called before an incomplete replay throws. `isSure` unless messages after `next_from` may have been sent too. */
  readonly onStopped: (soFar: ReplayedSoFar, isSure: boolean) => void;
}

/** @throws MoError; the reason of the signal if it was aborted before the last part */
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
