import { isoTime, type Stream } from '@mo/contracts';
import type { ColumnType } from '../audit/image.ts';
import type { Account } from '../protocol/account.ts';

/** The progress columns of an account's row, as PostgreSQL returns them. */
export type ProgressRow = { version: string; restricted: string; last_time: Date | string } & Record<string, unknown>;

/** The progress columns of a table of accounts, in the order of {@link progressValues}. */
export function progressTypes(follows: readonly Stream[]): Record<string, ColumnType> {
  const followed = follows.flatMap((stream) => [`${stream}_applied`, `${stream}_behind`]);
  const versions = ['version', 'restricted', ...followed].map((name) => [name, 'bigint'] as const);
  return { ...Object.fromEntries(versions), last_time: 'timestamptz' };
}

/** Those columns, for a select list. */
export const progressColumns = (follows: readonly Stream[], table: string): string =>
  Object.keys(progressTypes(follows))
    .map((name) => `${table}.${name}`)
    .join(', ');

export function readProgress(follows: readonly Stream[], row: ProgressRow): Omit<Account, 'customerId'> {
  const applied: Partial<Record<Stream, number>> = {};
  const behind: Partial<Record<Stream, number>> = {};
  for (const stream of follows) {
    applied[stream] = Number(row[`${stream}_applied`]);
    const version = Number(row[`${stream}_behind`]);
    if (version > 0) behind[stream] = version;
  }
  return {
    version: Number(row.version),
    restricted: Number(row.restricted),
    applied,
    behind,
    lastTimeMs: new Date(row.last_time).getTime(),
  };
}

/** The values of the columns of followed streams: for each stream `applied`, then `behind` (0 if it isn't behind). */
export const followedValues = (follows: readonly Stream[]): readonly ((account: Account) => number)[] =>
  follows.flatMap((stream) => [
    ({ applied }: Account) => applied[stream] ?? 0,
    ({ behind }: Account) => behind[stream] ?? 0,
  ]);

/** The values of all progress columns. */
export const progressValues = (follows: readonly Stream[]): readonly ((account: Account) => number | string)[] => [
  ({ version }) => version,
  ({ restricted }) => restricted,
  ...followedValues(follows),
  ({ lastTimeMs }) => isoTime(lastTimeMs),
];
