/** Periodic cleanup. Any process may run it, and concurrent runs do no harm. */
import { type Clock, type Logger, Rounds } from '@mo/service-kit';
import type { DeliveryTable } from './webhooks/delivery-table.ts';
import type { StoredAnswers } from './webhooks/stored-answers.ts';
import type { WebhookTable } from './webhooks/webhook-table.ts';

const GIVE_UP_INTERVAL_MS = 10_000;
const FORGET_INTERVAL_MS = 600_000;

export interface HousekeepingOptions {
  readonly webhooks: Pick<WebhookTable, 'giveUpRemoved'>;
  readonly deliveries: Pick<DeliveryTable, 'forget'>;
  readonly answers: Pick<StoredAnswers, 'forget'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Rounds;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
  }

  start(): void {
    const { webhooks } = this.#options;
    this.#rounds.every(
      GIVE_UP_INTERVAL_MS,
      'messages to removed webhooks could not be given up and will be tried again',
      () => webhooks.giveUpRemoved(),
    );
    this.#rounds.every(
      FORGET_INTERVAL_MS,
      'old events and deliveries could not be deleted and will be tried again',
      () => this.#forget(),
    );
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #forget(): Promise<void> {
    const { deliveries, answers } = this.#options;
    for (const table of [deliveries, answers]) while ((await table.forget()) && !this.#rounds.signal.aborted);
  }
}
