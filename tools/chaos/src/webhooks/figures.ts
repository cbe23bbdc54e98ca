/** What the webhooks of a run received, for its report. */
import type { Hook } from './hook.ts';
import type { Receiver } from './receiver.ts';

export interface MessageFigures {
  readonly hooks: number;
  readonly removed: number;
  /** Deliveries by what the receiver did with them. */
  readonly deliveries: ReadonlyMap<string, number>;
  /** Different messages that a webhook accepted. */
  readonly accepted: number;
  /**
   * For messages that came again although the receiver had not refused them: how long after it was done, in ms. It is
   * how long a lane waited after its process was gone, or had waited for an answer in vain.
   */
  readonly againMs: readonly number[];
}

export function messageFigures(hooks: readonly Hook[], { counts }: Pick<Receiver, 'counts'>): MessageFigures {
  const accepted = ({ messages }: Hook) =>
    [...messages.values()].filter(({ acceptedAt }) => acceptedAt !== null).length;
  return {
    hooks: hooks.length,
    removed: hooks.filter(({ status }) => status === 'removed').length,
    deliveries: counts,
    accepted: hooks.reduce((sum, hook) => sum + accepted(hook), 0),
    againMs: hooks.flatMap(({ againMs }) => againMs),
  };
}
