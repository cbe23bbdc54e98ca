/**
 * Control (e): the way of a payment with nothing on it but what moves and keeps it. The gateway is the system's; behind it a process
 * writes the same rows as the monolith, in batches, and sends each payment by Kafka to two more, which write theirs. All of them use
 * the means that the services use. There is no decision or validation, no key looked at twice, no pull, lease, audit, log or metric: what
 * that comes to on this machine is what there is left for all those. The outbox is written and not read; what is sent is remembered.
 */
import type { Level } from '@mo/load';
import { addOutcome, type Outcome } from '../load/outcome.ts';
import type { Member, Verified } from '../measure/member.ts';
import { type Pids, pidsOf } from '../measure/processes.ts';
import type { Run } from '../run.ts';
import type { SkeletonTables } from '../skeleton/tables.ts';
import { targetOf } from '../stack.ts';

const AMOUNT = '0.01';

/** All customers but the busy one. */
export const manyCustomers = ({ plan }: Run): number[] => Array.from({ length: plan.pool }, (_, place) => place + 1);

export const skeletonMembers = (run: Run): Member[] => [
  new SkeletonMember(run, 'skeleton', 'any', manyCustomers(run)),
  new SkeletonMember(run, 'skeleton-one-customer', 'one', [run.plan.pool + 1]),
];

export class SkeletonMember implements Member {
  readonly isControl = true;
  readonly note = 'what moves and keeps a payment, and nothing else: same gateway, rows, topic and followers';
  readonly canBeOpen = false;
  readonly settling: SkeletonTables;
  readonly name: string;
  readonly prefix: string;
  readonly total: Outcome;
  readonly #run: Run;
  readonly #by: keyof SkeletonTables['paid'];
  readonly #customerIds: readonly number[];

  constructor(run: Run, name: string, by: keyof SkeletonTables['paid'], customerIds: readonly number[]) {
    this.#run = run;
    this.name = name;
    this.#by = by;
    this.prefix = `${by}-`;
    this.#customerIds = customerIds;
    this.settling = run.skeleton;
    this.total = run.skeleton.paid[by];
  }

  pids(): Pids {
    return pidsOf(this.#run.under.bare.stack());
  }

  async load(level: Level, durationMs: number): Promise<Outcome> {
    const { prefix, total } = this;
    const { bare } = this.#run.under;
    const recipe = { kind: 'payment', customerIds: this.#customerIds, amount: AMOUNT } as const;
    const target = targetOf(bare.url, bare.apiKey);
    const order = { target, recipe, prefix, first: total.nextNumber, level, durationMs, tellEvery: 0 };
    const outcome = await this.#run.http.run(order);
    addOutcome(total, outcome);
    return outcome;
  }

  async verify(): Promise<Verified> {
    return { rows: this.total.done, faults: await this.#run.skeleton.faults(this.#by) };
  }
}
