/**
 * How long an event takes from its commit to others, at half of the best rate of payments. A subscriber reads the topic as
 * anybody may; the balance is looked at in the database, for a read with a Consistency-Token would pull what is missing.
 * Both are counted from the time that the event itself tells, which is before its commit: so neither is told too short.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseToken } from '@mo/contracts';
import { type Histogram, newHistogram, percentileMs, recordMs } from '@mo/load';
import type { Level, Outcome } from '../load/outcome.ts';
import type { Verified } from '../measure/member.ts';
import { openRate, sliceOf, verify } from '../measure/run-set.ts';
import { Subscriber } from '../measure/subscriber.ts';
import type { Plan } from '../plan.ts';
import { isChosen, type Run } from '../run.ts';
import { seedLoans, settleSeeds } from '../seeds/loans.ts';
import { WriteMember } from './http-member.ts';
import { HUGE } from './writes.ts';

const CENT = { text: '0.01', cents: 1 };
const TOLD_PER_SECOND = 50;
/** A p99 needs some events. */
const LISTEN_MS_MIN = 5_000;
const POLL_MS = 4;
export const ARRIVAL_MS_MAX = 30_000;
/** To look for the best rate of payments where that was not measured in this run, and to warm up. */
export const BEST: Level = { connections: 64 };

/** The customers that it needs, by name. */
export const lagCustomers = (run: Run): Record<string, number> => (isChosen(run, 'lag') ? { lag: run.plan.pool } : {});

/** What was seen: p50, p90 and p99 in ms. */
export interface Lag {
  readonly offered: number;
  readonly events: number;
  readonly subscriberMs: readonly number[];
  readonly balances: number;
  readonly balanceMs: readonly number[];
}

const SHARES = [0.5, 0.9, 0.99];

/** What of a lag is told. */
export const lagMs = (lag: Histogram): number[] => SHARES.map((share) => percentileMs(lag, share));

/** How long it is listened. */
export const listenMs = ({ sliceMs, rounds }: Plan): number => Math.max(LISTEN_MS_MIN, sliceMs * rounds);

/** Measures it, if it was chosen. */
export async function measureLag(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<Lag | null> {
  if (!isChosen(run, 'lag')) return null;
  const customerIds = ids.get('lag') ?? [];
  await seedLoans(run, customerIds, 1, HUGE.text);
  await settleSeeds(run);
  const { plan, rows, say } = run;
  const member = new LagMember(run, customerIds);
  try {
    await sliceOf(member, BEST, plan.warmUpMs);
    if (rows.named('payment-1').length === 0)
      rows.of('lag', false, BEST).add(await sliceOf(member, BEST, plan.sliceMs));
    const perSecond = Math.max(openRate({ name: 'payment-1' }, rows), openRate({ name: 'lag' }, rows));
    say(`lag of events, at ${perSecond} payments a second`);
    await member.listen(perSecond);
    const level = { perSecond };
    rows.of('lag', false, level).add(await sliceOf(member, level, listenMs(plan)));
    await member.arrived();
    await verify(member, run);
    return rows.sound('lag', 'open') === null ? null : member.seen(perSecond);
  } finally {
    await member.close();
  }
}

class LagMember extends WriteMember {
  readonly #byBalance = newHistogram();
  readonly #watch: BalanceWatch;
  readonly #subscriber: Subscriber;
  #tellEvery = 0;

  constructor(run: Run, customerIds: readonly number[]) {
    const recipe = { kind: 'payment', customerIds, amount: CENT.text } as const;
    const note = 'latency is that of the answers; the lag of events is below the table';
    super(run, { name: 'lag', recipe, note, paymentCents: CENT.cents, customerIds }, customerIds.length * HUGE.cents);
    this.#watch = new BalanceWatch(run, this.#byBalance);
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

  /** Begins to read the topic, and to look at balances. */
  async listen(perSecond: number): Promise<void> {
    this.#tellEvery = Math.max(1, Math.round(perSecond / TOLD_PER_SECOND));
    this.#watch.start();
    await this.#subscriber.join(this.total.nextNumber, async () => {
      await this.put({ connections: 1 }, 1, 0, () => {});
      return this.total.nextNumber;
    });
  }

  /** Waits until the subscriber has all events, and every balance that is watched has come so far. */
  async arrived(): Promise<void> {
    const endMs = Date.now() + ARRIVAL_MS_MAX;
    const missing = () => this.#subscriber.missing(this.total.created.payment);
    while (Date.now() < endMs && (missing() > 0 || this.#watch.waiting > 0)) await delay(POLL_MS);
    await this.#watch.stop();
  }

  override async verify(): Promise<Verified> {
    const { rows, faults } = await super.verify();
    const missing = this.#subscriber.missing(this.total.created.payment);
    const lost = missing === 0 ? [] : [`${missing} events did not reach the subscriber`];
    const late = this.#watch.waiting === 0 ? [] : [`${this.#watch.waiting} payments did not reach the balance`];
    return { rows, faults: [...faults, ...lost, ...late] };
  }

  seen(offered: number): Lag {
    return {
      offered,
      events: this.#subscriber.received,
      subscriberMs: lagMs(this.#subscriber.lag),
      balances: this.#watch.counted,
      balanceMs: lagMs(this.#byBalance),
    };
  }

  async close(): Promise<void> {
    try {
      await this.#watch.stop();
    } finally {
      await this.#subscriber.close();
    }
  }
}

/** Looks at the balances of customers who have just paid, until they show it. */
class BalanceWatch {
  readonly #run: Run;
  readonly #histogram: Histogram;
  readonly #waiting = new Map<string, { customerId: number; version: number }>();
  readonly #seen: { customerId: number; version: number; atMs: number }[] = [];
  #isOver = true;
  #done: Promise<void> = Promise.resolve();

  constructor(run: Run, histogram: Histogram) {
    this.#run = run;
    this.#histogram = histogram;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get counted(): number {
    return this.#seen.length;
  }

  expect(text: string): void {
    const token = parseToken(text);
    if (token === null || this.#isOver) return;
    this.#waiting.set(text, { customerId: token.customerId, version: token.versions.payments });
  }

  start(): void {
    this.#isOver = false;
    this.#done = this.#look();
  }

  /** Ends it, and counts what was seen. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#done;
    const rows = await this.#run.databases.query<{ ms: string }>(
      'payments',
      `SELECT extract(epoch FROM j.time) * 1000 AS ms
       FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS seen (customer_id, version, place)
       JOIN journal j USING (customer_id, version) ORDER BY place`,
      [this.#seen.map(({ customerId }) => customerId), this.#seen.map(({ version }) => version)],
    );
    for (const [place, { atMs }] of this.#seen.entries()) recordMs(this.#histogram, atMs - Number(rows[place]?.ms));
  }

  async #look(): Promise<void> {
    const client = await this.#run.databases.connect('customers');
    try {
      for (; !this.#isOver; await delay(POLL_MS)) {
        const watched = [...this.#waiting];
        if (watched.length === 0) continue;
        const { rows } = await client.query<{ id: string; applied: string }>({
          name: 'look',
          text: 'SELECT customer_id AS id, payments_applied AS applied FROM balances WHERE customer_id = ANY($1)',
          values: [watched.map(([, { customerId }]) => customerId)],
        });
        const atMs = performance.timeOrigin + performance.now();
        const applied = new Map(rows.map((row) => [Number(row.id), Number(row.applied)]));
        for (const [text, { customerId, version }] of watched) {
          if ((applied.get(customerId) ?? 0) < version) continue;
          this.#waiting.delete(text);
          this.#seen.push({ customerId, version, atMs });
        }
      }
    } finally {
      await client.end();
    }
  }
}
