/** PostgreSQL reads the arrays that were written. */
import { arrayText } from '../src/array-text.ts';
import { type Database, run, sqlOf } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';
import { arraySyntax, everyCharacter } from './texts.ts';

let databases: OwnDatabases;
let database: Database;
beforeAll(async () => {
  ({ database, databases } = await migratedDatabase());
});
afterAll(() => databases.close());

/** The elements that the server reads from an array of a type, as texts. */
async function elementsRead(type: string, text: string): Promise<(string | null)[]> {
  const [row] = await run<{ elements: (string | null)[] }>(
    sqlOf(database),
    `SELECT array(SELECT element::text FROM unnest($1::${type}[]) WITH ORDINALITY AS each (element, place) ORDER BY place)
       AS elements`,
    [text],
  );
  return row?.elements ?? [];
}

it('preserves texts of every character, alone and between others', async () => {
  const found = await elementsRead('text', arrayText(everyCharacter));
  expect(found.length).toBe(everyCharacter.length);
  expect(everyCharacter.filter((text, place) => found[place] !== text)).toEqual([]);
});

it('preserves texts that have a meaning in array syntax', async () => {
  expect(await elementsRead('text', arrayText([...arraySyntax, null, undefined]))).toEqual([
    ...arraySyntax,
    null,
    null,
  ]);
  expect(await elementsRead('text', arrayText([]))).toEqual([]);
});

it('preserves JSON to the byte', async () => {
  const values = [{ a: 'x"y\\z\n\u0001é😀', b: [1, null, { c: [] }] }, 'null', null, 1.5, 'a,b{}'].map((value) =>
    JSON.stringify(value),
  );
  expect(await elementsRead('json', arrayText(values))).toEqual(values);
});

it.each([
  ['bigint', [0, -1, 9_007_199_254_740_991, 12n], ['0', '-1', '9007199254740991', '12']],
  ['numeric', ['12.50', '-0.01', 1e21], ['12.50', '-0.01', '1000000000000000000000']],
  ['float8', [Number.NaN, Number.POSITIVE_INFINITY, 0.1], ['NaN', 'Infinity', '0.1']],
  ['boolean', [true, false, null], ['true', 'false', null]],
  ['timestamptz', ['2026-11-28T12:00:00.123Z', new Date(0)], ['2026-11-28 12:00:00.123+00', '1970-01-01 00:00:00+00']],
  ['bytea', [Buffer.from('00ff22', 'hex'), Buffer.alloc(0)], ['\\x00ff22', '\\x']],
])('preserves values of type %s', async (type, values, texts) => {
  expect(await elementsRead(type, arrayText(values))).toEqual(texts);
});

it('preserves bytes', async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const bytes = [all, Buffer.alloc(0), Buffer.from('\\x"{},')];
  const texts = bytes.map((each) => `\\x${each.toString('hex')}`);
  expect(await elementsRead('bytea', arrayText([...bytes, null]))).toEqual([...texts, null]);
});
