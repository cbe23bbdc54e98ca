/**
 * Event lag: the time from an event's commit to its followers, at half of the best rate of payments, in alternating
 * rounds with the skeleton at the same rate. A subscriber reads the topic as any other would, and the balance is polled
 * in the database. Both are measured from the event's own time, which precedes its commit, so neither lag is
 * understated.
 */
import type { Level } from '@mo/load';
import { CENT, centsOf, HUGE } from '../load/amounts.ts';
import type { Outcome } from '../load/outcome.ts';
import { type Arrived, type Lag, type LagMember, lagOf, untilArrived } from '../measure/lag.ts';
import type { Verified } from '../measure/member.ts';
import { openRate, sliceOf, verify } from '../measure/run-set.ts';
import { Subscriber } from '../measure/subscriber.ts';
import { isChosen, type Run } from '../run.ts';
import { seedLoans, settleSeeds } from '../seeds/loans.ts';
import { BalanceWatch } from './balance-watch.ts';
import { WriteMember } from './http-member.ts';
import { SkeletonLagMember } from './skeleton-lag.ts';

/** The number of payments per second whose balance is polled. */
const WATCHED_PER_SECOND = 200;
/** A p99 needs some hundred events per round. */
const LISTEN_MS_MIN = 3_000;
/** To find the best rate of payments if this run has not measured it, and to warm up. */
const BEST: Level = { connections: 64 };

/** The lags; null if not measurable, or if rows don't add up. */
export interface Lags {
  readonly lag: Lag | null;
  readonly skeletonLag: Lag | null;
  readonly failures: readonly string[];
}

/** The customers that it needs, by name. */
export const lagCustomers = (run: Run): Record<string, number> => (isChosen(run, 'lag') ? { lag: run.plan.pool } : {});

/** Measures the lag if selected. */
export async function measureLag(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<Lags | null> {
  if (!isChosen(run, 'lag')) return null;
  const { plan, rows, notes } = run;
  const customerIds = ids.get('lag') ?? [];
  await seedLoans(run, customerIds, 1, HUGE);
  await settleSeeds(run);
  const system = new SystemLagMember(run, customerIds);
  const members = [system, new SkeletonLagMember(run)] as const;
  for (const { name, note } of members) if (note !== undefined) notes.push(`${name}: ${note}`);
  try {
    for (const member of members) await sliceOf(member, BEST, plan.warmUpMs);
    if (rows.named('payment-1').length === 0)
      rows.of(system.name, false, BEST).add(await sliceOf(system, BEST, plan.sliceMs));
    const perSecond = Math.max(openRate({ name: 'payment-1' }, rows), openRate(system, rows));
    return await inTurns(run, members, perSecond);
  } finally {
    await Promise.allSettled(members.map((member) => member.close()));
  }
}

/** Measures each member to the end, even if the other one fails. */
async function inTurns(run: Run, members: readonly [LagMember, LagMember], perSecond: number): Promise<Lags> {
  const { plan, rows, say } = run;
  const failures = new Map<LagMember, string>();
  const seen = new Map<LagMember, Arrived[]>(members.map((member) => [member, []]));
  const each = async (work: (member: LagMember) => Promise<void>): Promise<void> => {
    for (const member of members.filter((one) => !failures.has(one)))
      await work(member).catch(({ message }: Error) => {
        failures.set(member, `${member.name} could not be measured: ${message}`);
      });
  };
  await each((member) => member.listen(perSecond));
  for (let round = 1; round <= plan.rounds; round += 1) {
    const names = members.map(({ name }) => name).join(', ');
    say(`round ${round} of ${plan.rounds}, ${perSecond} payments/s: ${names}`);
    await each(async (member) => {
      const slice = await sliceOf(member, { perSecond }, Math.max(LISTEN_MS_MIN, plan.sliceMs));
      rows.of(member.name, member.isControl, { perSecond }).add(slice);
      seen.get(member)?.push(await member.arrived());
    });
  }
  for (const member of members) await verify(member, run);
  const [lag, skeletonLag] = members.map((member) => {
    const isWhole = !failures.has(member) && rows.sound(member.name, 'open') !== null;
    return isWhole ? lagOf(perSecond, seen.get(member) ?? []) : null;
  });
  return { lag: lag ?? null, skeletonLag: skeletonLag ?? null, failures: [...failures.values()] };
}

class SystemLagMember extends WriteMember implements LagMember {
  readonly #watch: BalanceWatch;
  readonly #subscriber: Subscriber;
  #tellEvery = 0;

  constructor(run: Run, customerIds: readonly number[]) {
    const recipe = { kind: 'payment', customerIds, amount: CENT } as const;
    const note = 'latencies are those of the answers; event lag is shown below the table';
    super(run, { name: 'lag', recipe, note }, customerIds.length * centsOf(HUGE));
    this.#watch = new BalanceWatch(run.databases);
    this.#subscriber = new Subscriber({
      brokers: run.under.stack.stack().kafka.brokers,
      groupId: `${run.id}-subscriber`,
      topic: `${run.under.topicPrefix}.payments`,
      prefix: this.prefix,
      read: ({ value, headers }) => ({
        name: (JSON.parse(String(value)) as { external_id: string }).external_id,
        atMs: Date.parse(String(headers?.ce_time)),
      }),
    });
  }

  override load(level: Level, durationMs: number): Promise<Outcome> {
    return this.put(level, durationMs, this.#tellEvery, (token) => this.#watch.expect(token));
  }

  async listen(perSecond: number): Promise<void> {
    this.#tellEvery = Math.max(1, Math.round(perSecond / WATCHED_PER_SECOND));
    this.#watch.start();
    await this.#subscriber.join(this.total.nextNumber, async () => {
      await this.put({ connections: 1 }, 1, 0, () => {});
      return this.total.nextNumber;
    });
  }

  async arrived(): Promise<Arrived> {
    await untilArrived(() => this.#missing() + this.#watch.waiting);
    return { subscriber: this.#subscriber.take(), balance: await this.#watch.take() };
  }

  override async verify(): Promise<Verified> {
    const { rows, faults } = await super.verify();
    const missing = this.#missing();
    const lost = missing === 0 ? [] : [`${missing} events did not reach the subscriber`];
    return { rows, faults: [...faults, ...lost] };
  }

  async close(): Promise<void> {
    try {
      await this.#watch.stop();
    } finally {
      await this.#subscriber.close();
    }
  }

  #missing(): number {
    return this.#subscriber.missing(this.total.created.payment);
  }
}
