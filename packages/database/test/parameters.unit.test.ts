import { arrayText } from '../src/array-text.ts';
import { PREPARED_MAX } from '../src/index.ts';
import { writable } from '../src/parameters.ts';

/** The element types of the arrays that are sent in binary, by OID; `as text` for others. */
const formats = (text: string, parameters: readonly unknown[] = Array.from({ length: 12 }, () => ['1'])) =>
  writable({ text, parameters }).map((value) => (Buffer.isBuffer(value) ? value.readInt32BE(8) : 'as text'));

it('arrays of texts, JSON and bytes are sent in binary, others as text', () => {
  const text = `
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::varchar[], $4::json[], $5::jsonb[], $6::timestamptz[])
    WHERE id = ANY($7::bytea[])`;
  const parameters = [...Array.from({ length: 6 }, () => ['1']), [Buffer.from('1')]];
  expect(formats(text, parameters)).toEqual(['as text', 25, 1043, 114, 'as text', 'as text', 17]);
});

it('parameters are distinguished by their whole number', () => {
  const all = formats('SELECT unnest($11::text[]), unnest($1::bigint[]), unnest($12::json[]), unnest($2)');
  expect(all.slice(-2)).toEqual([25, 114]);
  expect(all.slice(0, -2)).toEqual(Array.from({ length: 10 }, () => 'as text'));
});

it.each([
  ['without a cast', 'SELECT $1'],
  ['with a cast to no array', 'SELECT $1::text'],
  ['with another cast first', 'SELECT $1::bigint[], $1::text[]'],
  ['with another cast last', 'SELECT $1::text[], $1::json[], $1::text[]'],
  ['without a cast elsewhere', 'SELECT $1::text[] WHERE external_id = ANY($1)'],
])('a parameter %s is sent as text', (_, text) => {
  expect(formats(text, [['1']])).toEqual(['as text']);
});

it('a parameter with the same cast everywhere is sent in binary', () => {
  expect(formats('SELECT $1::text[] WHERE external_id = ANY($1::text[])', [['1']])).toEqual([25]);
});

it('elements of other kinds are sent as before, in text', () => {
  const mixed = ['a,b', 1, true, new Date(0), null];
  expect(writable({ text: 'SELECT $1::text[]', parameters: [mixed] })).toEqual([arrayText(mixed)]);
});

it('values that are no arrays are sent as pg sends them', () => {
  const bytes = Buffer.from('1');
  const parameters = ['{a}', 1, null, bytes];
  const text = 'SELECT $1::text[], $2::int, $3::json[], $4::bytea';
  expect(writable({ text, parameters })).toEqual(['{a}', '1', null, bytes]);
});

it('any number of statements can be sent', () => {
  const texts = Array.from({ length: 2 * PREPARED_MAX }, (_, number) => `SELECT $1::text[], ${number}`);
  expect(texts.flatMap((text) => formats(text, [['1']]))).toEqual(texts.map(() => 25));
});
