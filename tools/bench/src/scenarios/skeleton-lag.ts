/** How far behind the skeleton's payments are with others: what there is left for those of the system, at the same rate. */
import { setTimeout as delay } from 'node:timers/promises';
import { countOf, newHistogram, recordMs } from '@mo/load';
import type { Verified } from '../measure/member.ts';
import { sliceOf, verify } from '../measure/run-set.ts';
import { Subscriber } from '../measure/subscriber.ts';
import type { Run } from '../run.ts';
import type { Paid } from '../skeleton/pay.ts';
import { skeletonTopic } from '../stack.ts';
import { ARRIVAL_MS_MAX, BEST, type Lag, lagMs, listenMs } from './lag.ts';
import { manyCustomers, SkeletonMember } from './skeleton.ts';

const POLL_MS = 10;

/**
 * The lag of the skeleton's payments at a rate, as that of events is measured: to a subscriber, and until the line of the statement
 * is written, which is shortly before its commit.
 */
export async function measureSkeletonLag(run: Run, perSecond: number): Promise<Lag | null> {
  const { plan, rows, say } = run;
  const member = new SkeletonLagMember(run);
  say(`lag of the skeleton's payments, at ${perSecond} a second`);
  await sliceOf(member, BEST, plan.warmUpMs);
  try {
    await member.listen();
    const first = member.total.nextNumber;
    const level = { perSecond };
    rows.of(member.name, true, level).add(await sliceOf(member, level, listenMs(plan)));
    await member.arrived();
    await verify(member, run);
    if (rows.sound(member.name, 'open') === null) return null;
    const byStatement = newHistogram();
    for (const ms of await run.skeleton.statementLagMs(first)) recordMs(byStatement, ms);
    const { received: events, lag } = member.subscriber;
    const balances = countOf(byStatement);
    return { offered: perSecond, events, subscriberMs: lagMs(lag), balances, balanceMs: lagMs(byStatement) };
  } finally {
    await member.subscriber.close();
  }
}

class SkeletonLagMember extends SkeletonMember {
  readonly subscriber: Subscriber;

  constructor(run: Run) {
    super(run, 'skeleton-lag', 'any', manyCustomers(run));
    const { bare, topicPrefix } = run.under;
    this.subscriber = new Subscriber({
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

  /** Begins to read the topic. */
  listen(): Promise<void> {
    return this.subscriber.join(this.total.nextNumber, async () => {
      await this.load({ connections: 1 }, 1);
      return this.total.nextNumber;
    });
  }

  /** Waits until the subscriber has all. */
  async arrived(): Promise<void> {
    const endMs = Date.now() + ARRIVAL_MS_MAX;
    while (Date.now() < endMs && this.#missing() > 0) await delay(POLL_MS);
  }

  override async verify(): Promise<Verified> {
    const { rows, faults } = await super.verify();
    const missing = this.#missing();
    const lost = missing === 0 ? [] : [`${missing} payments did not reach the subscriber`];
    return { rows, faults: [...faults, ...lost] };
  }

  #missing(): number {
    return this.subscriber.missing(this.total.created.payment);
  }
}
