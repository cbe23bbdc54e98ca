/** PostgreSQL reads the same from an array in binary as from an array in text, next to each other in one statement. */
import { StoreRefusalError } from '@mo/service-kit';
import { type Database, inTransaction, run, type Sql, sqlOf } from '../src/index.ts';
import { migratedDatabase, type OwnDatabases } from './databases.ts';
import { errorOf } from './error-of.ts';
import { arraySyntax, everyCharacter } from './texts.ts';

let databases: OwnDatabases;
let database: Database;
beforeAll(async () => {
  ({ database, databases } = await migratedDatabase());
});
afterAll(() => databases.close());

const both = (type: string) => `unnest($1::${type}[], CAST($2 AS ${type}[])) AS each (in_binary, in_text)`;

/** The elements that the server reads from an array in binary, and from the same array in text. */
const elementsRead = (sql: Sql, type: string, values: readonly unknown[]) =>
  run<{ in_binary: string | null; in_text: string | null }>(
    sql,
    `SELECT in_binary::text, in_text::text FROM ${both(type)}`,
    [values, values],
  );

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const texts = [...arraySyntax, 'ü€😀'.repeat(100_000), null];
const jsons = texts.map((text) => (text === null ? null : JSON.stringify({ text })));
const bytes = [allBytes, Buffer.alloc(0), Buffer.from('\\x"{},'), null];

describe.each([
  ['outside a transaction', <T>(work: (sql: Sql) => Promise<T>) => work(sqlOf(database))],
  ['in a transaction', <T>(work: (sql: Sql) => Promise<T>) => inTransaction(database, work)],
])('%s', (_, using) => {
  it.each([
    ['texts', 'text', texts, texts],
    ['texts of limited length', 'varchar', texts, texts],
    ['JSON to the byte', 'json', jsons, jsons],
    ['bytes', 'bytea', bytes, bytes.map((each) => (each === null ? null : `\\x${each.toString('hex')}`))],
    ['nulls', 'text', [null, undefined], [null, null]],
    ['values that are no texts', 'text', ['12', 12, true, null], ['12', '12', 'true', null]],
    ['no elements', 'text', [], []],
  ])('preserves %s', async (_, type, values, expected) => {
    const found = await using((sql) => elementsRead(sql, type, values));
    expect(found).toEqual(expected.map((element) => ({ in_binary: element, in_text: element })));
  });
});

it('preserves texts of every character, alone and between others', async () => {
  const text = `
    SELECT count(*), count(*) FILTER (WHERE in_binary IS DISTINCT FROM in_text) AS different FROM ${both('text')}`;
  const [row] = await run(sqlOf(database), text, [everyCharacter, everyCharacter]);
  expect(row).toEqual({ count: String(everyCharacter.length), different: '0' });
});

it('an empty array has no dimensions', async () => {
  const text = 'SELECT array_ndims($1::text[]) AS in_binary, array_ndims(CAST($2 AS text[])) AS in_text';
  expect(await run(sqlOf(database), text, [[], []])).toEqual([{ in_binary: null, in_text: null }]);
});

it('half a character is stored as U+FFFD', async () => {
  const found = await elementsRead(sqlOf(database), 'text', ['\ud83d', 'a\ude00b']);
  expect(found).toEqual(['\ufffd', 'a\ufffdb'].map((element) => ({ in_binary: element, in_text: element })));
});

it.each([
  ['NUL, in binary', 'SELECT $1::text[]', ['a\0b']],
  ['NUL, in text', 'SELECT CAST($1 AS text[])', ['a\0b']],
  ['invalid JSON, in binary', 'SELECT $1::json[]', ['{}', '{']],
  ['invalid JSON, in text', 'SELECT CAST($1 AS json[])', ['{}', '{']],
])('%s is refused', async (_, text, values) => {
  const refused = inTransaction(database, (sql) => run(sql, text, [values]));
  expect(await errorOf(refused)).toBeInstanceOf(StoreRefusalError);
});

it('a parameter can have several types in one statement', async () => {
  const text = 'WITH before AS (SELECT $1::text[] AS texts) SELECT $1::json[] AS jsons, texts FROM before';
  expect(await run(sqlOf(database), text, [['1']])).toEqual([{ jsons: [1], texts: ['1'] }]);
});
