/** Periodic cleanup. Any process may run it, and concurrent runs do no harm. */
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
  readonly #stopping = new AbortController();
  #rounds: Promise<void> = Promise.resolve();

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  start(): void {
    this.#rounds = this.#goOn();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#rounds;
  }

  async #goOn(): Promise<void> {
    const { webhooks, deliveries, answers, clock, logger } = this.#options;
    const { signal } = this.#stopping;
    for (let round = 1; !signal.aborted; round += 1) {
      await clock.sleep(INTERVAL_MS, signal);
      if (signal.aborted) return;
      try {
        await webhooks.giveUpRemoved();
        if (round % FORGET_EVERY !== 0) continue;
        for (const table of [deliveries, answers]) while ((await table.forget()) && !signal.aborted);
      } catch (error) {
        logger.warn({ err: error }, 'housekeeping failed and will be retried');
      }
    }
  }
}
