/** A difference between a service's tables and its streams. */
import type { Stream } from '@mo/contracts';
import type { ImageRow, ImageRows, ImageTable, LazyRows } from './image.ts';

export interface Difference {
  readonly customerId: number;
  readonly service: Stream;
  readonly table: string;
  /** The row's key, such as `id=7`; empty if the difference concerns no particular row. */
  readonly row: string;
  readonly text: string;
}

/** A difference in one line. */
export function differenceText({ customerId, service, table, row, text }: Difference): string {
  return `customer ${customerId}  ${service}.${table}${row === '' ? '' : ` ${row}`}  ${text}`;
}

/** The differences between a table's rows and the expected ones: missing or surplus rows, or other values. */
function* compareRows(table: ImageTable, found: Iterable<ImageRow>, expected: Iterable<ImageRow>) {
  const differences: Pick<Difference, 'table' | 'row' | 'text'>[] = [];
  const differ = (row: string, text: string) => differences.push({ table: table.name, row, text });
  const foundByKey = yield* byKey(table, found);
  const expectedByKey = yield* byKey(table, expected);
  for (const [key, rows] of expectedByKey) {
    if (!foundByKey.has(key)) differ(key, `the row is missing: ${valuesOf(rows.at(-1) ?? {})}`);
    yield;
  }
  for (const [key, rows] of foundByKey) {
    const should = expectedByKey.get(key)?.at(-1);
    if (should === undefined) differ(key, `the row should not exist: ${valuesOf(rows[0] ?? {})}`);
    if (rows.length > 1) differ(key, `the row exists ${rows.length} times`);
    if (should !== undefined) for (const row of rows) differInColumns(table, row, should, (text) => differ(key, text));
    yield;
  }
  return differences;
}

function* byKey(table: ImageTable, rows: Iterable<ImageRow>): Generator<void, Map<string, ImageRow[]>> {
  const grouped = new Map<string, ImageRow[]>();
  for (const row of rows) {
    const key = keyOf(table, row);
    const same = grouped.get(key);
    if (same === undefined) grouped.set(key, [row]);
    else same.push(row);
    yield;
  }
  return grouped;
}

function differInColumns(table: ImageTable, row: ImageRow, should: ImageRow, differ: (text: string) => void): void {
  for (const column in table.columns)
    if (row[column] !== should[column])
      differ(`${column} is ${shown(row[column])}, should be ${shown(should[column])}`);
}

/** The differences over all tables. */
export function* compareTables(tables: readonly ImageTable[], found: ImageRows, expected: LazyRows) {
  const differences: Pick<Difference, 'table' | 'row' | 'text'>[][] = [];
  for (const table of tables)
    differences.push(yield* compareRows(table, found[table.name] ?? [], expected[table.name] ?? []));
  return differences.flat();
}

const keyOf = ({ key }: ImageTable, row: ImageRow): string =>
  key.map((column) => `${column}=${shown(row[column])}`).join(' ');

const valuesOf = (row: ImageRow): string =>
  Object.entries(row)
    .map(([column, value]) => `${column} ${shown(value)}`)
    .join(', ');

const shown = (value: string | null | undefined): string => value ?? 'null';
