/**
 * Control (e): the way of a payment with nothing on it but what moves and keeps it. The gateway is the system's; behind it a process
 * writes the same rows as the monolith, in batches, and sends each payment by Kafka to two more, which write theirs. All of them use
 * the means that the services use. There is no decision or validation, no key looked at twice, no pull, lease, audit, log or metric: what
 * that comes to on this machine is what there is left for all those. The outbox is written and not read; what is sent is remembered.
 */
import { addOutcome, type Level, newOutcome, type Outcome } from '../load/outcome.ts';
import type { Member } from '../measure/member.ts';
import { pidsOf } from '../measure/processes.ts';
import type { Run } from '../run.ts';
import { targetOf } from '../stack.ts';

const AMOUNT = '0.01';

export function skeletonMembers(run: Run): Member[] {
  const { pool } = run.plan;
  const many = Array.from({ length: pool }, (_, place) => place + 1);
  return [skeletonMember(run, 'skeleton', many), skeletonMember(run, 'skeleton-one-customer', [pool + 1])];
}

function skeletonMember(run: Run, name: string, customerIds: readonly number[]): Member {
  const { skeleton } = run;
  const { bare } = run.under;
  const one = customerIds.length === 1;
  const total = newOutcome();
  return {
    name,
    isControl: true,
    note: 'what moves and keeps a payment, and nothing else: same gateway, rows, topic and followers',
    canBeOpen: false,
    settling: skeleton,
    pids: () => pidsOf(bare.stack()),
    load: async (level: Level, durationMs: number): Promise<Outcome> => {
      const recipe = { kind: 'payment', customerIds, amount: AMOUNT } as const;
      const target = targetOf(bare.url, bare.apiKey);
      const prefix = one ? 'one-' : 'any-';
      const order = { target, recipe, prefix, first: total.nextNumber, level, durationMs, tellEvery: 0 };
      const outcome = await run.http.run(order);
      addOutcome(total, outcome);
      return outcome;
    },
    verify: async () => ({ rows: total.done, faults: await skeleton.faults(total.done, one) }),
  };
}
