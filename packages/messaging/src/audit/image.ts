/**
 * The image of a customer: the rows that a service's tables must hold for it, derived from the streams alone. A
 * service's state is a fold over its own events and those that it follows, so the same events always give the same
 * rows. The actual rows are compared with the image (reconcile) or replaced by it (rebuild).
 */
import { isoTime, type StreamEvent } from '@mo/contracts';
import type { Money } from '@mo/money';
import type { Account, StreamModel } from '../protocol/account.ts';

export type ColumnType = 'bigint' | 'smallint' | 'numeric' | 'text' | 'timestamptz';

/** A table derived from streams. Columns that don't come from events, such as surrogate ids, are left out. */
export interface ImageTable {
  readonly name: string;
  /** The columns that identify a row. */
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** SQL expressions over those columns for further ones, which a rebuild writes and an audit doesn't compare. */
  readonly computed?: Readonly<Record<string, string>>;
  /** The FROM clause: the table as `t`, with the joins that are needed to find a row's customer. */
  readonly from: string;
  /** An SQL expression for the id of a row's customer. */
  readonly customer: string;
  /** The column with that id; null if it is in another table. */
  readonly customerColumn: string | null;
  /** Whether a customer has exactly one row, which is locked and updated in place. */
  readonly isAccount: boolean;
}

/** A row's columns as text: amounts with two decimals, times as RFC 3339 with milliseconds, UTC. */
export type ImageRow = Readonly<Record<string, string | null>>;
/** Rows by table. */
export type ImageRows = Readonly<Record<string, readonly ImageRow[]>>;
/** Rows by table, each created when it is needed: a customer may have tens of thousands. */
export type LazyRows = Readonly<Record<string, Iterable<ImageRow>>>;

/** A customer's debt in minor units; null where the service doesn't know it. */
export interface Owing {
  readonly total: Money | null;
  readonly active: Money | null;
}

/** One customer's image while its history is replayed event by event. */
export interface Image<A extends Account> {
  /** Adds to the account whatever the event touches outside the account's row. */
  complete(account: A, event: StreamEvent): A;
  /** Stores the parts of the account outside its row, and returns the account without them. */
  keep(account: A, event: StreamEvent): A;
  /** The rule that an own event breaks when it is decided on this account; null if none. */
  faultOf(account: A, event: StreamEvent): string | null;
  /** The rows that the tables must contain. */
  rows(account: A): LazyRows;
  owing(account: A): Owing;
}

/** The part of a service's tables that is derived from streams. */
export interface Audited<A extends Account> {
  readonly model: StreamModel<A>;
  /** Parents before their children. */
  readonly tables: readonly ImageTable[];
  /** The table with the account's progress. */
  readonly progressTable: string;
  /** SQL that creates the account's row of customer $1 if it is missing; null if only registration creates it. */
  readonly create: string | null;
  image(): Image<A>;
}

/** Creates all rows. */
export const madeRows = (rows: LazyRows): ImageRows =>
  Object.fromEntries(Object.entries(rows).map(([table, ofTable]) => [table, [...ofTable]]));

/** A table whose rows contain their customer's id. */
export function imageTable(
  name: string,
  {
    key,
    columns,
    computed = {},
    customerColumn = 'customer_id',
    isAccount = false,
  }: Partial<ImageTable> & Pick<ImageTable, 'key' | 'columns'>,
): ImageTable {
  return {
    name,
    key,
    columns,
    computed,
    customerColumn,
    isAccount,
    from: `${name} t`,
    customer: `t.${customerColumn}`,
  };
}

/** The progress of an account in the form of its row. */
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
