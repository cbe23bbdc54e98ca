/** Periodic cleanup. Any process may run it, and concurrent runs do no harm. */
import { Rounds } from '@mo/messaging';
import type { Clock, Logger } from '@mo/service-kit';
import type { DeliveryTable } from './webhooks/delivery-table.ts';
import type { KeptAnswers } from './webhooks/kept-answers.ts';
import type { WebhookTable } from './webhooks/webhook-table.ts';

const INTERVAL_MS = 10_000;
/** Old deliveries, events and answers are deleted once in this many rounds. */
const FORGET_EVERY = 60;

export interface HousekeepingOptions {
  readonly webhooks: Pick<WebhookTable, 'giveUpRemoved'>;
  readonly deliveries: Pick<DeliveryTable, 'forget'>;
  readonly answers: Pick<KeptAnswers, 'forget'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #rounds: Rounds;
  #round = 0;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#rounds = new Rounds(options.clock, options.logger);
  }

  start(): void {
    this.#rounds.every(INTERVAL_MS, 'housekeeping failed and will be retried', () => this.#keepHouse());
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async #keepHouse(): Promise<void> {
    const { webhooks, deliveries, answers } = this.#options;
    this.#round += 1;
    await webhooks.giveUpRemoved();
    if (this.#round % FORGET_EVERY !== 0) return;
    for (const table of [deliveries, answers]) while ((await table.forget()) && !this.#rounds.signal.aborted);
  }
}
