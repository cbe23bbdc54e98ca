/** Texts that are hard to send. */

const SURROGATES = [0xd800, 0xdfff] as const;
const LAST_CHARACTER = 0xffff;

/** Every character of one UTF-16 unit, except NUL, which PostgreSQL refuses: alone, and between others. */
export const everyCharacter: readonly string[] = Array.from({ length: LAST_CHARACTER }, (_, place) => place + 1)
  .filter((code) => code < SURROGATES[0] || code > SURROGATES[1])
  .map((code) => String.fromCharCode(code))
  .flatMap((character) => [character, `a${character}"b\\${character}`]);

/** Texts that have a meaning in array syntax. */
export const arraySyntax: readonly string[] = [
  '',
  ' ',
  'null',
  'NULL',
  'Null',
  'nulls',
  '{}',
  '{a,b}',
  ',',
  '"',
  '""',
  '\\',
  '\\"',
  '\\n',
  '😀"',
  "it's",
  'a b',
];
