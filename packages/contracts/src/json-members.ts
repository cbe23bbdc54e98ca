/**
 * Members that an object gives more than once. JSON.parse silently takes the last of them, and other parsers the first
 * (RFC 8259, 4), so two systems could read different amounts from the same text.
 */

const RULE = 'is given more than once';

/** An object of a JSON text gives a member more than once. */
export class DuplicateMemberError extends SyntaxError {
  override readonly name = 'DuplicateMemberError';
  readonly rule = RULE;
  /** The names and places that lead to the member from the top of the text. */
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[]) {
    super(`${path.join('/')} ${RULE}`);
    this.path = path;
  }
}

/** An object or array around the current place of the text. */
interface Level {
  /** The names that the object has so far; null in an array. */
  readonly names: Set<string> | null;
  /** The current member or element. */
  part: string | number;
}

/**
 * Finds the first member that its object already has.
 *
 * @param text valid JSON
 * @returns the path of the member, or null if there is none
 */
export function findDuplicate(text: string): (string | number)[] | null {
  const levels: Level[] = [];
  let isNameNext = false;
  for (let place = 0; place < text.length; place += 1) {
    const level = levels.at(-1);
    switch (text[place] as string) {
      case '{':
        levels.push({ names: new Set(), part: '' });
        isNameNext = true;
        break;
      case '[':
        levels.push({ names: null, part: 0 });
        isNameNext = false;
        break;
      case '}':
      case ']':
        levels.pop();
        isNameNext = false;
        break;
      case ',':
        if (typeof level?.part === 'number') level.part += 1;
        else isNameNext = true;
        break;
      case '"': {
        const end = endOfString(text, place);
        if (isNameNext && level !== undefined) {
          level.part = JSON.parse(text.slice(place, end + 1)) as string;
          if (level.names?.has(level.part)) return levels.map(({ part }) => part);
          level.names?.add(level.part);
        }
        isNameNext = false;
        place = end;
      }
    }
  }
  return null;
}

const COLON = /\s*:/y;

/**
 * Writes names without the escapes that they don't need, because JSON.parse can take the beginning of an escaped name,
 * as it is written, for the whole name: after `{"id":1,"\\\\u":1}` it reads `{"id":1,"\\u0061\\u0062":1}` as that text
 * (https://github.com/nodejs/node/issues/63785). No name that we accept needs escapes.
 *
 * @throws SyntaxError if a name is not valid
 */
export function withPlainNames(text: string): string {
  let plain = '';
  let written = 0;
  for (let start = text.indexOf('"'); start !== -1; start = text.indexOf('"', start)) {
    const end = endOfString(text, start) + 1;
    const name = text.slice(start, end);
    COLON.lastIndex = end;
    if (name.includes('\\') && COLON.test(text)) {
      plain += text.slice(written, start) + JSON.stringify(JSON.parse(name));
      written = end;
    }
    start = end;
  }
  return plain + text.slice(written);
}

/** The index of a string's closing quote, or the end of the text. @param start the index of its opening quote */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes precedes a quote. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text[first - 1] === '\\') first -= 1;
  return (quote - first) % 2 === 1;
}
