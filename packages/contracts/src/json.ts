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
  if (isTooDeep(text)) throw new SyntaxError(`is nested more than ${JSON_DEPTH_MAX} levels deep`);
  return JSON.parse(text, (_key, value, context?: { source?: string }) => {
    if (typeof value !== 'number') return value;
    const source = context?.source ?? String(value);
    return PLAIN_INTEGER.test(source) && !Object.is(value, -0) ? value : new NumberLiteral(source);
  });
}

/** Whether objects and arrays are nested too deep; brackets within strings don't count. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isString = false;
  for (let place = 0; place < text.length; place += 1) {
    const character = text[place];
    if (isString) {
      if (character === '\\') place += 1;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > JSON_DEPTH_MAX) return true;
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return false;
}

/**
 * Canonical JSON in the way of RFC 8785: members sorted, no white space, numbers by value; so that two bodies that say
 * the same have the same text.
 */
export function canonicalJson(value: unknown): string {
  if (value instanceof NumberLiteral) return String(Number(value.text));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
