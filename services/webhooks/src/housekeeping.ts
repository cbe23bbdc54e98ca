/** Periodic cleanup, and the rest of large changes. Any process may run it, and concurrent runs do no harm. */
import { type Clock, type Logger, Rounds } from '@mo/service-kit';
import type { DeliveryTable } from './webhooks/delivery-table.ts';
import type { StoredAnswers } from './webhooks/stored-answers.ts';
import type { WebhookTable } from './webhooks/webhook-table.ts';

const GO_ON_INTERVAL_MS = 10_000;
const FORGET_INTERVAL_MS = 600_000;

export interface HousekeepingOptions {
  readonly webhooks: Pick<WebhookTable, 'giveUpMore' | 'makeMoreDue'>;
  readonly deliveries: Pick<DeliveryTable, 'forget'>;
  readonly answers: Pick<StoredAnswers, 'forget'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @returns whether there may be more to do */
type Step = () => Promise<boolean>;

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Rounds;
  #wakes: readonly (() => void)[] = [];

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
  }

  start(): void {
    const { webhooks, deliveries, answers } = this.#options;
    const every = (intervalMs: number, failure: string, ...steps: readonly Step[]) =>
      this.#rounds.every(intervalMs, `${failure} and will be tried again`, () => this.#takeAll(steps));
    this.#wakes = [
      every(GO_ON_INTERVAL_MS, 'messages to removed webhooks could not be given up', () => webhooks.giveUpMore()),
      every(GO_ON_INTERVAL_MS, 'messages to changed webhooks could not be made due', () => webhooks.makeMoreDue()),
    ];
    every(
      FORGET_INTERVAL_MS,
      'old events and deliveries could not be deleted',
      () => deliveries.forget(),
      () => answers.forget(),
    );
  }

  /** Continues changes of webhooks at once. */
  wake(): void {
    for (const wake of this.#wakes) wake();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Takes each step until nothing is left for it. */
  async #takeAll(steps: readonly Step[]): Promise<void> {
    for (const step of steps) while ((await step()) && !this.#rounds.signal.aborted);
  }
}
