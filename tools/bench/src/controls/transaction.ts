/** The transaction that a control repeats on each of its connections. */
import type pg from 'pg';

/** Runs one transaction. `number` is unique. */
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

/** The number of rows in the controls' tables. */
export interface ControlSizes {
  /** At least the number of connections, because updates of one branch wait for each other. */
  readonly branches: number;
  readonly accountsPerBranch: number;
  /**
   * Customers of the monolith, each with one open loan, over which payments are spread; the busy customer is one more.
   */
  readonly customers: number;
}

export const CONTROLS = ['tpcb', 'monolith', 'monolith-one-customer', 'commit'] as const;
export type ControlName = (typeof CONTROLS)[number];
