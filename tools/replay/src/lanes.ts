/**
 * Defines which rows are sent in order and which concurrently. A customer's rows form a lane: the customer, then its
 * loans and payments by date, a loan before a payment of the same instant. Lanes run concurrently, the rows of a lane
 * one after the other. Rows with the same external id affect each other (the first accepted row takes it), so customers
 * that share an external id share a lane. Therefore the outcome of each row does not depend on how the lanes
 * interleave.
 *
 * A loan without a date goes before the dated rows, a payment without a date after them.
 */
import type { DataSet, Row } from './read-rows.ts';

export type Lane = readonly Row[];

/** Assigns every row of a data set to a lane, in sending order. */
export function planLanes(data: DataSet): Lane[] {
  const root = joinCustomers([data.loans, data.payments]);
  const lanes = new Map<string, Row[]>();
  for (const row of [...data.customers, ...data.loans, ...data.payments]) {
    const name = root(row.customer);
    const lane = lanes.get(name);
    if (lane === undefined) lanes.set(name, [row]);
    else lane.push(row);
  }
  return [...lanes.values()].map(inOrder);
}

/**
 * Groups customers whose rows share an external id. Returns a function that maps a customer to its group's
 * representative.
 */
function joinCustomers(files: readonly (readonly Row[])[]): (customer: string) => string {
  const parent = new Map<string, string>();
  const root = (customer: string): string => {
    let at = customer;
    for (let next = parent.get(at); next !== undefined; next = parent.get(at)) at = next;
    return at;
  };
  for (const rows of files) {
    const owner = new Map<string, string>();
    for (const { externalId, customer } of rows) {
      const first = root(owner.get(externalId) ?? customer);
      const own = root(customer);
      if (own !== first) parent.set(own, first);
      owner.set(externalId, first);
    }
  }
  return root;
}

/** Sorts by instant. The sort is stable, and its input is customers, loans, payments, each in file order. */
function inOrder(rows: readonly Row[]): Lane {
  return rows
    .map((row) => ({ row, at: instantOf(row) }))
    .sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    .map(({ row }) => row);
}

function instantOf({ resource, body }: Row): number {
  if (resource === 'customers') return Number.NEGATIVE_INFINITY;
  const undated = resource === 'loans' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const at = Date.parse(body[resource === 'loans' ? 'taken_at' : 'paid_at'] ?? '');
  return Number.isNaN(at) ? undated : at;
}
