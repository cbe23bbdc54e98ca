/**
 * JSON that keeps what a client wrote. JSON.parse turns `1e2` and `100.000` into plain numbers, yet the rules for money
 * speak of what was written. So a number that isn't a plain integer of at most 15 digits is kept as its text. An integer may
 * have up to two zeros behind its point, as some write it and JSON Schema has it: that is the same amount, too.
 */

const PLAIN_INTEGER = /^-?\d{1,15}(\.0{1,2})?$/;

/** A number as it was written, where a double would not tell: decimals, exponents, long integers, minus zero. */
export class NumberLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Nothing that is taken here is nested deeper than a few levels; what is would only exhaust the stack. */
export const JSON_DEPTH_MAX = 64;

/**
 * Parses JSON; plain integers become numbers, other number literals {@link NumberLiteral}.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // To look at each value costs several times as much as to parse it all.
  if (areNumbersPlain(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    if (typeof value !== 'number') return value;
    const source = context?.source ?? String(value);
    return PLAIN_INTEGER.test(source) && !Object.is(value, -0) ? value : new NumberLiteral(source);
  });
}

/** The longest integers of digits alone that are read as numbers; others are looked at one by one. */
const PLAIN_DIGITS_MAX = 15;

/**
 * Whether each number is made of digits alone, and of few; brackets and digits within strings don't count.
 *
 * @throws SyntaxError where objects and arrays are nested too deep
 */
function areNumbersPlain(text: string): boolean {
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
        break;
      case ']':
      case '}':
        depth -= 1;
        break;
      // Of what else has an e there is only true and false, which may as well be looked at.
      case '-':
      case '.':
      case 'e':
      case 'E':
        arePlain = false;
    }
  }
  return arePlain;
}

/** The place of the quote that ends a string, or beyond the text. @param start the place of the quote that begins it */
function endOfString(text: string, start: number): number {
  for (let place = start + 1; place < text.length; place += 1) {
    const character = text[place];
    if (character === '"') return place;
    if (character === '\\') place += 1;
  }
  return text.length;
}

/**
 * Canonical JSON in the way of RFC 8785: members sorted, no white space, numbers by value; so that two bodies that say
 * the same have the same text.
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
