/** Write scenarios, and the SQL transactions that they are compared with. */
import type { Level } from '@mo/load';
import { CONTROLS, type ControlName } from '../controls/transaction.ts';
import { CENT, centsOf, HUGE, SMALL, textOf } from '../load/amounts.ts';
import { addOutcome, newOutcome, type Outcome } from '../load/outcome.ts';
import type { Member } from '../measure/member.ts';
import { isChosen, type Run, systemPids } from '../run.ts';
import { seedLoans, settleSeeds } from '../seeds/loans.ts';
import { WriteMember } from './http-member.ts';
import { skeletonMembers } from './skeleton.ts';

/** The largest amount of a loan. */
const LARGEST = '9999999999.00';
const LOANS_EACH = 10;
const MANY_LOANS = 100;

/** The customers that the scenarios need, by name. */
export function writeCustomers(run: Run): Record<string, number> {
  const { pool, across } = run.plan;
  const needed = {
    loan: pool,
    'payment-1': pool,
    'payment-10': pool,
    'payment-100': pool,
    'payment-across-10': across,
    'payment-one-customer': 1,
  };
  return Object.fromEntries(Object.entries(needed).filter(([name]) => isChosen(run, name)));
}

/** Builds the selected members, and seeds the loans that they need. */
export async function writeMembers(run: Run, ids: ReadonlyMap<string, readonly number[]>): Promise<Member[]> {
  const members: Member[] = [];
  const of = (name: string) => (isChosen(run, name) ? (ids.get(name) ?? []) : null);
  if (isChosen(run, 'customer')) members.push(new WriteMember(run, { name: 'customer', recipe: { kind: 'customer' } }));
  const borrowers = of('loan');
  if (borrowers !== null) {
    const recipe = { kind: 'loan', customerIds: borrowers, amount: SMALL } as const;
    members.push(new WriteMember(run, { name: 'loan', recipe }));
  }
  for (const [name, each, amount] of [
    ['payment-1', 1, HUGE],
    ['payment-10', LOANS_EACH, HUGE],
    ['payment-100', MANY_LOANS, HUGE],
    ['payment-one-customer', 1, LARGEST],
  ] as const) {
    const payers = of(name);
    if (payers === null) continue;
    await seedLoans(run, payers, each, amount);
    members.push(payments(run, name, payers, payers.length * each * centsOf(amount)));
  }
  const across = of('payment-across-10');
  if (across !== null) members.push(new AcrossMember(run, across));
  if (members.length === 0) return [];
  return [...members, ...skeletonMembers(run), ...CONTROLS.map((name) => controlMember(run, name))];
}

function payments(run: Run, name: string, customerIds: readonly number[], owedCents: number): WriteMember {
  const recipe = { kind: 'payment', customerIds, amount: CENT } as const;
  return new WriteMember(run, { name, recipe }, owedCents);
}

/**
 * Payments that each pay off all ten loans of a customer. Paid loans are gone, so each slice starts with ten new loans
 * per customer, and ends once each customer has paid.
 */
class AcrossMember extends WriteMember {
  readonly #customerIds: readonly number[];
  /** How many customers, counted from the first, have paid. */
  #paid: number;

  constructor(run: Run, customerIds: readonly number[]) {
    super(run, {
      name: 'payment-across-10',
      recipe: { kind: 'payment', customerIds, amount: textOf(LOANS_EACH * centsOf(SMALL)), once: true },
      note: `each payment pays off ten loans; a slice ends once its ${customerIds.length} customers have paid`,
    });
    this.#customerIds = customerIds;
    this.#paid = customerIds.length;
  }

  async before(): Promise<void> {
    const paid = this.#customerIds.slice(0, this.#paid);
    await seedLoans(this.run, paid, LOANS_EACH, SMALL);
    await settleSeeds(this.run);
    this.owedCents += paid.length * LOANS_EACH * centsOf(SMALL);
  }

  override async load(level: Level, durationMs: number): Promise<Outcome> {
    const first = this.total.nextNumber;
    const outcome = await super.load(level, durationMs);
    this.#paid = this.total.nextNumber - first;
    return outcome;
  }
}

/** Controls that use one connection at any load. */
const ALONE: readonly ControlName[] = ['commit'];
const NOTES: Partial<Record<ControlName, string>> = {
  tpcb: 'of the controls that are transactions, making their connections is not counted, as in pgbench',
};

function controlMember(run: Run, name: ControlName): Member {
  const total = newOutcome();
  const connectionsMax = ALONE.includes(name) ? 1 : Number.POSITIVE_INFINITY;
  return {
    name,
    isControl: true,
    canBeOpen: false,
    settling: null,
    connectionsMax,
    ...(NOTES[name] !== undefined && { note: NOTES[name] }),
    pids: () => systemPids(run),
    load: async (level, durationMs) => {
      if (!('connections' in level)) throw new Error('a control transaction cannot run in an open loop');
      const connections = Math.min(level.connections, connectionsMax);
      const outcome = await run.sql.run({ control: name, connections, durationMs });
      addOutcome(total, outcome);
      return outcome;
    },
    verify: async () => ({ rows: total.done, faults: await run.sql.faults(name, total.done) }),
  };
}
