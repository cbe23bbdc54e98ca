/** How far behind the skeleton's payments are with others: what there is left for those of the system, at the same rate. */
import { setTimeout as delay } from 'node:timers/promises';
import { newHistogram, percentileMs, recordMs } from '@mo/load';
import type { Verified } from '../measure/member.ts';
import { sliceOf, verify } from '../measure/run-set.ts';
import { Subscriber } from '../measure/subscriber.ts';
import type { Run } from '../run.ts';
import type { Paid } from '../skeleton/pay.ts';
import { skeletonTopic } from '../stack.ts';
import { ARRIVAL_MS_MAX, BEST, LAG_SHARES, type Lag, LISTEN_MS_MIN } from './lag.ts';
import { manyCustomers, SkeletonMember } from './skeleton.ts';

const POLL_MS = 10;

/**
 * The lag of the skeleton's payments at a rate, as that of events is measured: to a subscriber, and until the line of the statement
 * is written, which is shortly before its commit.
 */
export async function measureSkeletonLag(run: Run, perSecond: number): Promise<Lag | null> {
  const { plan, rows, say } = run;
  const member = new SkeletonLagMember(run, 'skeleton-lag', 'any', manyCustomers(run));
  say(`lag of the skeleton's payments, at ${perSecond} a second`);
  await sliceOf(member, BEST, plan.warmUpMs);
  const { bare, topicPrefix } = run.under;
  const subscriber = new Subscriber({
    brokers: bare.stack().kafka.brokers,
    groupId: `${run.id}-skeleton-subscriber`,
    topic: skeletonTopic(topicPrefix),
    prefix: member.prefix,
    read: ({ value }) => {
      const { external_id: name, paid_at } = JSON.parse(String(value)) as Paid;
      return { name, atMs: Date.parse(paid_at) };
    },
  });
  try {
    await subscriber.join(member.total.nextNumber, async () => {
      await member.load({ connections: 1 }, 1);
      return member.total.nextNumber;
    });
    const first = member.total.nextNumber;
    const level = { perSecond };
    const slice = await sliceOf(member, level, Math.max(LISTEN_MS_MIN, plan.sliceMs * plan.rounds));
    rows.of(member.name, true, level).add(slice);
    const missing = () => subscriber.missing(member.total.created.payment);
    const endMs = Date.now() + ARRIVAL_MS_MAX;
    while (Date.now() < endMs && missing() > 0) await delay(POLL_MS);
    member.missing = missing();
    await verify(member, run);
    if (rows.sound(member.name, 'open') === null) return null;
    const lags = newHistogram();
    for (const ms of await run.skeleton.statementLagMs(first)) recordMs(lags, ms);
    return {
      offered: perSecond,
      events: subscriber.received,
      subscriberMs: subscriber.lagMs(LAG_SHARES),
      balances: lags.reduce((sum, times) => sum + times, 0),
      balanceMs: LAG_SHARES.map((share) => percentileMs(lags, share)),
    };
  } finally {
    await subscriber.close();
  }
}

class SkeletonLagMember extends SkeletonMember {
  override readonly note = 'the same at the rate of lag';
  /** How many did not come to the subscriber. */
  missing = 0;

  override async verify(): Promise<Verified> {
    const { rows, faults } = await super.verify();
    const lost = this.missing === 0 ? [] : [`${this.missing} payments did not reach the subscriber`];
    return { rows, faults: [...faults, ...lost] };
  }
}
