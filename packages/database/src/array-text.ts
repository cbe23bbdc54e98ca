/**
 * Array parameters as PostgreSQL's array text, one array per written column. pg would quote every element, numbers too,
 * and scan each element twice for characters to escape.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
import { prepareValue } from './pg-value.ts';

/** Texts that need no quotes, except the word null. */
const BARE = /^[\w.:+-]+$/;
const NULL_WORD = /^null$/i;
/** Characters that JSON escapes in a way that PostgreSQL does not read. */
const NOT_AS_JSON = /[\p{Cc}\p{Cs}]/u;

/** @throws if an element cannot be converted */
export const arrayText = (values: readonly unknown[]): string => `{${values.map(elementText).join(',')}}`;

function elementText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') return String(value);
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  // pg's own conversion of an array with this element, without the braces.
  return (prepareValue([value]) as string).slice(1, -1);
}

function stringText(value: string): string {
  if (BARE.test(value)) return value.length === 4 && NULL_WORD.test(value) ? `"${value}"` : value;
  // JSON escapes quotes and backslashes in the same way, and is faster than a regular expression.
  return NOT_AS_JSON.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : JSON.stringify(value);
}
