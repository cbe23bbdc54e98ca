/** PostgreSQL reads arrays as rows. */
import { arrayRows, columnNames, type Database, placedArrayRows, run, sqlOf, updateRows } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';

const TYPES = { id: 'bigint', name: 'text', at: 'timestamptz' };
const AT = '2026-11-23 10:00:00+00';

let databases: OwnDatabases;
let database: Database;
beforeAll(async () => {
  ({ database, databases } = await migratedDatabase());
});
afterAll(() => databases.close());

const read = (text: string, parameters: unknown[]) => run<Record<string, unknown>>(sqlOf(database), text, parameters);

it('returns a row per element, with nulls in their places', async () => {
  const rows = await read(`SELECT ${columnNames(TYPES)} FROM (${arrayRows(TYPES)}) AS new`, [
    [3, 1, 2],
    ['c', null, 'b'],
    [AT, AT, null],
  ]);
  expect(rows).toEqual([
    { id: '3', name: 'c', at: AT },
    { id: '1', name: null, at: AT },
    { id: '2', name: 'b', at: null },
  ]);
});

it('returns no rows for empty arrays', async () => {
  expect(await read(arrayRows(TYPES), [[], [], []])).toEqual([]);
});

it('numbers its parameters from the given one, and can be ordered and continued', async () => {
  const text = `${arrayRows({ id: 'bigint' }, 2)}, $1::text AS kind ORDER BY id`;
  expect(await read(text, ['loan', [2, 1]])).toEqual([
    { id: '1', kind: 'loan' },
    { id: '2', kind: 'loan' },
  ]);
});

it('numbers the rows', async () => {
  const text = `SELECT id, place FROM (${placedArrayRows({ id: 'bigint' })}) AS new ORDER BY place DESC`;
  expect(await read(text, [[7, 8]])).toEqual([
    { id: '8', place: 2 },
    { id: '7', place: 1 },
  ]);
});

it('updates all columns of the rows that the first column names', async () => {
  await read('CREATE TABLE updated (id bigint, name text, at timestamptz)', []);
  await read(`INSERT INTO updated ${arrayRows(TYPES)}`, [
    [1, 2, 3],
    ['a', 'b', 'c'],
    [AT, AT, AT],
  ]);
  await read(updateRows('updated', TYPES), [
    [3, 1, 4],
    ['z', 'x', 'y'],
    [null, AT, AT],
  ]);
  expect(await read('SELECT * FROM updated ORDER BY id', [])).toEqual([
    { id: '1', name: 'x', at: AT },
    { id: '2', name: 'b', at: AT },
    { id: '3', name: 'z', at: null },
  ]);
});

it('does not copy the arrays into tuple stores', async () => {
  const plan = await read(`EXPLAIN ${arrayRows(TYPES)}`, [[1], ['a'], [AT]]);
  const lines = plan.map((row) => String(row['QUERY PLAN']).trim());
  expect(lines[0]).toMatch(/^ProjectSet/);
  expect(lines.filter((line) => line.includes('Function Scan'))).toEqual([]);
});
