/** The lag of the skeleton's payments: a lower bound for the system's at the same rate. */
import { newHistogram, recordMs } from '@mo/load';
import { type Arrived, type LagMember, untilArrived } from '../measure/lag.ts';
import type { Verified } from '../measure/member.ts';
import { Subscriber } from '../measure/subscriber.ts';
import type { Run } from '../run.ts';
import type { Paid } from '../skeleton/pay.ts';
import { skeletonTopic } from '../stack.ts';
import { manyCustomers, SkeletonMember } from './skeleton.ts';

/** Measured like event lag: to a subscriber, and until the statement line is written, shortly before its commit. */
export class SkeletonLagMember extends SkeletonMember implements LagMember {
  readonly #run: Run;
  readonly #subscriber: Subscriber;
  /** The number of the first payment of this round. */
  #first = 0;

  constructor(run: Run) {
    super(run, 'skeleton-lag', 'any', manyCustomers(run));
    this.#run = run;
    const { bare, topicPrefix } = run.under;
    this.#subscriber = new Subscriber({
      brokers: bare.stack().kafka.brokers,
      groupId: `${run.id}-skeleton-subscriber`,
      topic: skeletonTopic(topicPrefix),
      prefix: this.prefix,
      read: ({ value }) => {
        const { external_id: name, paid_at } = JSON.parse(String(value)) as Paid;
        return { name, atMs: Date.parse(paid_at) };
      },
    });
  }

  async before(): Promise<void> {
    this.#first = this.total.nextNumber;
  }

  listen(): Promise<void> {
    return this.#subscriber.join(this.total.nextNumber, async () => {
      await this.load({ connections: 1 }, 1);
      return this.total.nextNumber;
    });
  }

  async arrived(): Promise<Arrived> {
    await untilArrived(() => this.#missing());
    const balance = newHistogram();
    for (const ms of await this.#run.skeleton.statementLagMs(this.#first)) recordMs(balance, ms);
    return { subscriber: this.#subscriber.take(), balance };
  }

  override async verify(): Promise<Verified> {
    const { rows, faults } = await super.verify();
    const missing = this.#missing();
    const lost = missing === 0 ? [] : [`${missing} payments did not reach the subscriber`];
    return { rows, faults: [...faults, ...lost] };
  }

  close(): Promise<void> {
    return this.#subscriber.close();
  }

  #missing(): number {
    return this.#subscriber.missing(this.total.created.payment);
  }
}
