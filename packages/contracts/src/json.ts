/**
 * JSON that preserves numbers as the client wrote them. JSON.parse turns `1e2` and `100.000` into plain numbers, but
 * the rules for money apply to the text. So a number that isn't a plain integer of at most 15 digits is kept as its
 * text. Up to two zeros after a decimal point still make an integer, as in JSON Schema, because the amount is the same.
 */

import { DuplicateMemberError, endOfString, findDuplicate, withPlainNames } from './json-members.ts';

const PLAIN_INTEGER = /^-?\d{1,15}(\.0{1,2})?$/;

/** A number in the form in which it was written: decimals, exponents, long integers and minus zero. */
export class NumberLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Valid input has only a few levels; deeper nesting could exhaust the stack. */
export const JSON_DEPTH_MAX = 64;
/** Valid input has a few hundred values; a text of 1 MiB could have half a million and keep the process busy. */
export const JSON_VALUES_MAX = 10_000;

/**
 * Parses JSON. Plain integers become numbers; other number literals become {@link NumberLiteral}.
 *
 * @throws SyntaxError
 * @throws DuplicateMemberError if an object gives a member more than once
 */
export function parseJson(text: string): unknown {
  const { arePlain, members } = scan(text);
  // A reviver, which sees each value, costs several times as much as plain parsing.
  const value = parse(text, arePlain ? undefined : reviveNumber);
  if (membersOf(value) < members) throw new DuplicateMemberError(findDuplicate(text) ?? []);
  return value;
}

function parse(text: string, reviver: typeof reviveNumber | undefined): unknown {
  if (!text.includes('\\')) return JSON.parse(text, reviver);
  try {
    return JSON.parse(withPlainNames(text), reviver);
  } catch {
    return JSON.parse(text, reviver); // for an error whose position is in this text
  }
}

function reviveNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number') return value;
  const source = context?.source ?? String(value);
  return PLAIN_INTEGER.test(source) && !Object.is(value, -0) ? value : new NumberLiteral(source);
}

/** How many members all objects have together. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof NumberLiteral) return 0;
  let members = 0;
  if (Array.isArray(value)) for (const element of value) members += membersOf(element);
  else for (const name in value) members += 1 + membersOf((value as Record<string, unknown>)[name]);
  return members;
}

/** Integers of at most this many digits need no reviver. */
const PLAIN_DIGITS_MAX = 15;

interface Scan {
  /** Whether every number consists of at most {@link PLAIN_DIGITS_MAX} digits and nothing else. */
  readonly arePlain: boolean;
  /** How many members the text gives; each is followed by a colon. */
  readonly members: number;
}

/** Reads what surrounds the strings of a text. @throws SyntaxError if the text is nested too deep or has too many values */
function scan(text: string): Scan {
  let members = 0;
  // The whole text, what follows each comma, and what each object or array begins with; so empty ones count twice.
  let values = 1;
  let depth = 0;
  let digits = 0;
  let arePlain = true;
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place] as string;
    if (character >= '0' && character <= '9') {
      digits += 1;
      if (digits > PLAIN_DIGITS_MAX) arePlain = false;
      continue;
    }
    digits = 0;
    switch (character) {
      case '"':
        place = endOfString(text, place);
        break;
      case '[':
      case '{':
        depth += 1;
        if (depth > JSON_DEPTH_MAX) throw new SyntaxError(`is nested more than ${JSON_DEPTH_MAX} levels deep`);
        values += 1;
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
      case ':':
        members += 1;
        break;
      case ',':
        values += 1;
        break;
      // Outside of strings and numbers only true and false contain an e; for them the reviver runs unnecessarily.
      case '-':
      case '.':
      case 'e':
      case 'E':
        arePlain = false;
    }
  }
  if (Math.max(values, members) > JSON_VALUES_MAX) throw new SyntaxError(`has more than ${JSON_VALUES_MAX} values`);
  return { arePlain, members };
}

/**
 * Canonical JSON in the style of RFC 8785: members sorted, no white space, numbers by value. Equivalent bodies have the
 * same text.
 */
export function canonicalJson(value: unknown): string {
  if (value instanceof NumberLiteral) return String(Number(value.text));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson((value as never)[name])}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
