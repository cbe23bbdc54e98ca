/**
 * Arrays as the text that PostgreSQL reads, one a column of what is written. pg would quote each element, a number too, and look
 * through it twice for what to escape.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
import { prepareValue } from './pg-value.ts';

/** What means the same without quotes, apart from the word null. */
const BARE = /^[\w.:+-]+$/;
const NULL_WORD = /^null$/i;
/** What JSON writes in another way than PostgreSQL reads it. */
const NOT_AS_JSON = /[\p{Cc}\p{Cs}]/u;

/** @throws where an element can't be written */
export const arrayText = (values: readonly unknown[]): string => `{${values.map(elementText).join(',')}}`;

function elementText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') return String(value);
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  // As pg writes it: an array of it, without its braces.
  return (prepareValue([value]) as string).slice(1, -1);
}

function stringText(value: string): string {
  if (BARE.test(value)) return value.length === 4 && NULL_WORD.test(value) ? `"${value}"` : value;
  // JSON escapes quotes and backslashes alike, and does it faster than a pattern.
  return NOT_AS_JSON.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : JSON.stringify(value);
}
