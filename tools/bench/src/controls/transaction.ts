/** What a control does on a connection of its own, over and over. */
import type pg from 'pg';

/** One transaction; it is told a number that no other has. */
export type Transaction = (client: pg.Client, number: number) => Promise<void>;

/** Runs a prepared statement. */
export async function execute(
  client: pg.Client,
  name: string,
  text: string,
  values: unknown[] = [],
): Promise<pg.QueryResult> {
  return client.query({ name, text, values });
}

/** How many rows the controls' tables hold. */
export interface ControlSizes {
  /** At least as many as connections, or they would wait for each other's. */
  readonly branches: number;
  readonly accountsPerBranch: number;
  /** Customers of the monolith, each with one open loan, over which payments are spread; one more is the busy one. */
  readonly customers: number;
}

export const CONTROLS = ['tpcb', 'monolith', 'monolith-one-customer', 'commit'] as const;
export type ControlName = (typeof CONTROLS)[number];
