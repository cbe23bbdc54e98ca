/**
 * Control (e): the skeleton of a payment, with only what moves and stores it. It uses the system's gateway. Behind it,
 * one process writes the monolith's rows in batches, and sends each payment through Kafka to two processes that write
 * theirs. All of them use the services' own libraries. The skeleton has no decisions, validation, idempotency check,
 * pull, lease, audit, log or metrics: the difference to the system is what these cost on this machine. The outbox is
 * written but not read: the process remembers in memory what to send.
 */
import type { Level } from '@mo/load';
import { CENT } from '../load/amounts.ts';
import { addOutcome, type Outcome } from '../load/outcome.ts';
import type { Member, Verified } from '../measure/member.ts';
import { type Pids, pidsOf } from '../measure/processes.ts';
import type { Run } from '../run.ts';
import type { SkeletonTables } from '../skeleton/tables.ts';
import { targetOf } from '../stack.ts';

/** All customers except the busy one. */
export const manyCustomers = ({ plan }: Run): number[] => Array.from({ length: plan.pool }, (_, place) => place + 1);

export const skeletonMembers = (run: Run): Member[] => [
  new SkeletonMember(run, 'skeleton', 'any', manyCustomers(run)),
  new SkeletonMember(run, 'skeleton-one-customer', 'one', [run.plan.pool + 1]),
];

export class SkeletonMember implements Member {
  readonly isControl = true;
  readonly note = 'moves and stores a payment, nothing else: same gateway, rows, topic and followers';
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
    const recipe = { kind: 'payment', customerIds: this.#customerIds, amount: CENT } as const;
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
