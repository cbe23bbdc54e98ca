/**
 * The image of a customer: what a service's tables must hold of it, told by the streams alone. Whatever a service keeps
 * is a fold over events, its own and those that it follows; so the same events give the same rows, at any time. What
 * stands in the tables is held against the image (reconcile), or replaced by it (rebuild).
 */
import { isoTime, type StreamEvent } from '@mo/contracts';
import type { Money } from '@mo/money';
import type { Account, StreamModel } from '../protocol/account.ts';

export type ColumnType = 'bigint' | 'smallint' | 'numeric' | 'text' | 'timestamptz';

/** A table that is told by streams. Columns that no event tells, such as surrogate ids, are left out. */
export interface ImageTable {
  readonly name: string;
  /** The columns that name a row. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** The table as `t`, with what must be joined to know whose a row is. */
  readonly from: string;
  /** SQL for the customer's id of a row. */
  readonly customer: string;
  /** The column that holds it; null where another table does. */
  readonly customerColumn: string | null;
  /** Whether a customer has just one row, which is locked, and rewritten in place. */
  readonly isAccount: boolean;
}

/** A row's columns as text: amounts with two decimals, times as RFC 3339 with milliseconds, UTC. */
export type ImageRow = Readonly<Record<string, string | null>>;
/** Rows by table. */
export type ImageRows = Readonly<Record<string, readonly ImageRow[]>>;
/** The same, each row made when its turn comes: a customer may have tens of thousands. */
export type LazyRows = Readonly<Record<string, Iterable<ImageRow>>>;

/** What a customer owes, where the service knows it; minor units. */
export interface Owing {
  readonly total: Money | null;
  readonly active: Money | null;
}

/** One customer's image while its history is taken, event by event. */
export interface Image<A extends Account> {
  /** The account with whatever the event touches beside its row. */
  complete(account: A, event: StreamEvent): A;
  /** Sets aside what the account holds beside its row, and gives the bare account back. */
  keep(account: A, event: StreamEvent): A;
  /** Which rule an own event breaks, decided on this account; null where it breaks none. */
  faultOf(account: A, event: StreamEvent): string | null;
  /** The rows that must stand in the tables. */
  rows(account: A): LazyRows;
  owing(account: A): Owing;
}

/** A service, as far as its tables are told by streams. */
export interface Audited<A extends Account> {
  readonly model: StreamModel<A>;
  /** Parents before their children. */
  readonly tables: readonly ImageTable[];
  /** The table that keeps the account's progress. */
  readonly progressTable: string;
  /** SQL that makes the account's row of customer $1 where it is missing; null where registration alone makes it. */
  readonly create: string | null;
  image(): Image<A>;
}

/** Makes all the rows. */
export const madeRows = (rows: LazyRows): ImageRows =>
  Object.fromEntries(Object.entries(rows).map(([table, ofTable]) => [table, [...ofTable]]));

/** A table whose rows name their customer themselves. */
export function imageTable(
  name: string,
  {
    key,
    columns,
    customerColumn = 'customer_id',
    isAccount = false,
  }: Partial<ImageTable> & Pick<ImageTable, 'key' | 'columns'>,
): ImageTable {
  return { name, key, columns, customerColumn, isAccount, from: `${name} t`, customer: `t.${customerColumn}` };
}

/** The progress columns of an account's table. */
export function progressTypes(follows: readonly string[]): Record<string, ColumnType> {
  const followed = follows.flatMap((stream) => [`${stream}_applied`, `${stream}_behind`]);
  const versions = ['version', 'restricted', ...followed].map((column) => [column, 'bigint'] as const);
  return { ...Object.fromEntries(versions), last_time: 'timestamptz' };
}

/** The progress of an account, as its row holds it. */
export function progressRow(account: Account): ImageRow {
  const followed = Object.entries(account.applied).flatMap(([stream, version]) => [
    [`${stream}_applied`, String(version)],
    [`${stream}_behind`, String(account.behind[stream as keyof typeof account.behind] ?? 0)],
  ]);
  return {
    version: String(account.version),
    restricted: String(account.restricted),
    last_time: isoTime(account.lastTimeMs),
    ...Object.fromEntries(followed),
  };
}
