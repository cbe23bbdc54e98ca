/** Looks for writes that were answered with 201 in the databases. */

import { query } from '@mo/agreement';
import type { StackFile } from '@mo/dev-stack';
import { KINDS, type Kind, nameOf } from './mix.ts';

/** The event types of each kind of write in its service's journal. */
const EVENTS: Readonly<Record<Kind, readonly string[]>> = {
  customer: ['CustomerRegistered'],
  loan: ['LoanTaken'],
  payment: ['PaymentApplied', 'PaymentRejected'],
};

/** The acknowledged writes that are not exactly once in both the table and the journal. */
export async function lostOrDoubled(
  stack: StackFile,
  run: string,
  created: Readonly<Record<Kind, readonly number[]>>,
): Promise<string[]> {
  const found: string[] = [];
  for (const kind of KINDS) {
    const service = `${kind}s` as const;
    const rows = await query<{ name: string }>(
      stack,
      service,
      `SELECT external_id AS name FROM ${service} WHERE external_id LIKE $1`,
      [`${run}-%`],
    );
    const member = kind === 'customer' ? 'customer_external_id' : 'external_id';
    const events = await query<{ name: string }>(
      stack,
      service,
      `SELECT data->>'${member}' AS name FROM journal WHERE type = ANY($1) AND data->>'${member}' LIKE $2`,
      [EVENTS[kind], `${run}-%`],
    );
    const [inTable, inJournal] = [timesOf(rows), timesOf(events)];
    for (const number of created[kind]) {
      const name = nameOf(run, { kind, number });
      const times = [inTable.get(name) ?? 0, inJournal.get(name) ?? 0];
      if (times.some((value) => value !== 1)) found.push(`${name}: rows and events ${times.join(' and ')}`);
    }
  }
  return found;
}

function timesOf(rows: readonly { name: string }[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { name } of rows) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
