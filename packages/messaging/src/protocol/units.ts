/**
 * The units of an item: its parts that concern one customer each. Events of several customers share an item because
 * they arrived together, but a lock that another transaction holds concerns one customer alone. So a unit waits for
 * such a lock without delaying other customers, and a customer's events stay in order.
 */
import type { StreamEvent } from '@mo/contracts';
import type { Account } from './account.ts';
import type { Followed, Item, Outcome } from './batch-runner.ts';
import type { CustomerRef } from './command.ts';
import type { EventOutcome } from './follow.ts';

/** The units of an item, in the order of their first events. Each has the events of its customer in their order. */
export function unitsOf<A extends Account>(item: Item<A>): Item<A>[] {
  if (item.kind === 'command') return [item];
  if (item.kind === 'events') {
    const byCustomer = Map.groupBy(item.events, ({ customer_id }) => customer_id);
    return [...byCustomer.values()].map((events) => ({ kind: 'events', events }));
  }
  const byCustomer = Map.groupBy(item.quarantined, ({ customerId }) => customerId);
  return [...byCustomer.values()].map((quarantined) => ({ kind: 'quarantine', quarantined }));
}

/**
 * The outcome of an item from the outcomes of its units, in the order of {@link unitsOf}. If a unit has failed, the item
 * has; if a unit is busy, the item is.
 */
export function joined<A extends Account>(item: Item<A>, units: readonly Outcome[]): Outcome {
  const [only] = units;
  if (only !== undefined && units.length === 1) return only;
  const failed = units.find(({ kind }) => kind === 'failed');
  if (failed !== undefined) return failed;
  const busy = units.find((outcome) => outcome.kind === 'busy');
  if (busy !== undefined) return { ...busy, units };
  const parts = units.flatMap((outcome) => (outcome.kind === 'events' ? [outcome.followed] : []));
  const outcomes = item.kind === 'events' ? inOrderOf(item.events, parts) : [];
  return { kind: 'events', followed: { ...merged(parts), outcomes } };
}

/** The results of events that were taken one after the other, as one result. */
export const merged = (parts: readonly Followed[]): Followed => ({
  outcomes: parts.flatMap(({ outcomes }) => outcomes),
  progress: new Map(parts.flatMap(({ progress }) => [...progress])),
  faults: parts.flatMap(({ faults }) => faults),
});

/** The customers that an item names, each as a key. A registration names none. */
export function customersOf<A extends Account>(item: Item<A>): string[] {
  if (item.kind === 'command') return keysOf(item.command.customer);
  if (item.kind === 'events') return item.events.flatMap(({ customer_id: customerId }) => keysOf({ customerId }));
  return item.quarantined.flatMap(({ customerId }) => keysOf({ customerId: customerId ?? undefined }));
}

const keysOf = ({ customerId, externalId }: CustomerRef): string[] => [
  ...(customerId === undefined ? [] : [`id ${customerId}`]),
  ...(externalId === undefined ? [] : [`name ${externalId}`]),
];

/** @param parts the results of each customer's events, in the order of {@link unitsOf} */
function inOrderOf(events: readonly StreamEvent[], parts: readonly Followed[]): EventOutcome[] {
  const customerIds = [...new Set(events.map(({ customer_id }) => customer_id))];
  const left = new Map(customerIds.map((id, place) => [id, parts[place]?.outcomes.values()]));
  return events.map(({ customer_id }) => left.get(customer_id)?.next().value as EventOutcome);
}
