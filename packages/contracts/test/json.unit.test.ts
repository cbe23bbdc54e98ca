import fc from 'fast-check';
import { DuplicateMemberError, JSON_DEPTH_MAX, JSON_VALUES_MAX, NumberLiteral, parseJson } from '../src/index.ts';

/** The reference implementation, which looks at the text of each number. */
const byEachNumber = (text: string): unknown =>
  JSON.parse(text, (_key, value, context?: { source?: string }) => {
    if (typeof value !== 'number') return value;
    const source = context?.source ?? '';
    return /^-?\d{1,15}(\.0{1,2})?$/.test(source) && source !== '-0' && !source.startsWith('-0.')
      ? value
      : new NumberLiteral(source);
  });

/** JSON with numbers in all notations, and strings that look like numbers. */
const written = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.stringMatching(/^-?(0|[1-9]\d{0,17})(\.\d{1,3})?([eE][+-]?\d)?$/),
    fc.nat().map(String),
    fc
      .oneof(fc.string(), fc.constantFrom('1.5', '\\', '"', 'e', '-1', '[[', '12345678901234567'))
      .map((text) => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null'),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(' ,')}]`),
  object: fc
    .uniqueArray(fc.tuple(fc.string(), tie('value')), { maxLength: 4, selector: ([name]) => name })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:\t${value}`).join(',')}}`),
})).value;

it('each number is read as it was written, in any context', () => {
  fc.assert(
    fc.property(written, (text) => expect(parseJson(text)).toEqual(byEachNumber(text))),
    { numRuns: 2_000 },
  );
});

it.each([
  ['123456789012345', 123_456_789_012_345],
  ['1234567890123456', new NumberLiteral('1234567890123456')],
  ['[1,23456789012345,6]', [1, 23_456_789_012_345, 6]],
  ['{"a":"1.5","b":2}', { a: '1.5', b: 2 }],
  ['{"a\\"1.5":2.50}', { 'a"1.5': new NumberLiteral('2.50') }],
  ['1.00', 1],
  ['-0', new NumberLiteral('-0')],
  ['1E2', new NumberLiteral('1E2')],
])('%s', (text, value) => expect(parseJson(text)).toEqual(value));

it.each(['', '{', '"', '"\\', '01', '1 2', '{"a":1,}', '[1]]', 'nul'])('%j is not JSON', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

it('text that is nested too deep is refused, except for brackets in strings', () => {
  const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}"[{[{"${'}]'.repeat(depth / 2)}`;
  expect(() => parseJson(nested(JSON_DEPTH_MAX))).not.toThrow();
  expect(() => parseJson(nested(JSON_DEPTH_MAX + 2))).toThrow(/64 levels/);
});

const listOf = (text: string, count: number) => `[${Array<string>(count).fill(text).join(',')}]`;
it.each<[string, (count: number) => string]>([
  ['numbers', (count) => listOf('1e1', count - 1)],
  ['members', (count) => `{${Array.from({ length: count - 1 }, (_, name) => `"${name}":true`).join(',')}}`],
  ['objects and arrays', (count) => listOf('{"a":[1]}', (count - 1) / 3)],
])('text with too many %s is refused', (_what, text) => {
  expect(() => parseJson(text(JSON_VALUES_MAX))).not.toThrow();
  expect(() => parseJson(text(JSON_VALUES_MAX + 3))).toThrow(/10000 values/);
});

it('brackets and commas in strings are no values', () => {
  expect(() => parseJson(`["${'[{,'.repeat(JSON_VALUES_MAX)}"]`)).not.toThrow();
});

it('an escaped name is read as what it means, whatever was parsed before', () => {
  parseJson('{"id":1,"\\\\u":1}');
  expect(parseJson('{"id":1,"\\u0061\\u0062" :1}')).toEqual({ id: 1, ab: 1 });
  parseJson('{"id":1.5,"\\\\u0":"\\"a\\\\"}');
  expect(parseJson('{"id":1.5,"\\u0061b\\n":"\\u0061\\\\"}')).toEqual({ id: new NumberLiteral('1.5'), 'ab\n': 'a\\' });
});

it('an error tells the position in the text, also behind escaped names', () => {
  expect(() => parseJson('{"\\u0061":1,"b":x}')).toThrow('"{"\\u0061":1,"b":x}"');
  expect(() => parseJson('{"a":1,"\\x":1}')).toThrow(/position 9/);
});

it('colons alone are counted, too', () => {
  expect(() => parseJson('"a":'.repeat(JSON_VALUES_MAX + 1))).toThrow(/10000 values/);
});

/** Objects whose names may come twice, and the path of the first that does; null if none does. */
interface Named {
  readonly text: string;
  readonly path: readonly (string | number)[] | null;
}
const NAMES = [
  ['"a"', 'a'],
  ['"\\u0061"', 'a'],
  ['"{\\"a:"', '{"a:'],
  ['"__proto__"', '__proto__'],
  ['"1"', '1'],
  ['""', ''],
] as const;
const firstOf = (parts: readonly { part: string | number; value: Named }[], isArray: boolean): Named['path'] => {
  const seen = new Set<string | number>();
  for (const { part, value } of parts) {
    if (!isArray && seen.has(part)) return [part];
    seen.add(part);
    if (value.path !== null) return [part, ...value.path];
  }
  return null;
};
const named = fc.letrec<{ value: Named; list: Named; object: Named }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('1', '1.5', 'true', 'null', '"a"', '":"', '"\\":"').map((text) => ({ text, path: null })),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 3 }).map((values) => ({
    text: `[${values.map(({ text }) => text).join(', ')}]`,
    path: firstOf(
      values.map((value, part) => ({ part, value })),
      true,
    ),
  })),
  object: fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 4 }).map((members) => ({
    text: `{${members.map(([[name], { text }]) => `${name} : ${text}`).join(',')}}`,
    path: firstOf(
      members.map(([[, part], value]) => ({ part, value })),
      false,
    ),
  })),
})).value;

/** The same for a text that is named, without the escape that JSON.parse can misread (see withPlainNames). */
const byPlainName = (text: string) => byEachNumber(text.replaceAll('"\\u0061"', '"a"'));

/** The path of a duplicate, or what was parsed. */
const duplicateIn = (text: string): unknown => {
  try {
    return { parsed: parseJson(text) };
  } catch (error) {
    return error instanceof DuplicateMemberError ? error.path : error;
  }
};

it('a member that an object gives twice is found, however its name is written, and nothing else is', () => {
  fc.assert(
    fc.property(named, ({ text, path }) => expect(duplicateIn(text)).toEqual(path ?? { parsed: byPlainName(text) })),
    { numRuns: 2_000 },
  );
});

it.each([
  ['{"amount":"1.00","amount":"100.00"}', 'amount is given more than once', ['amount']],
  ['{"a":[{},{"b":1,"b":1}],"a":1}', 'a/1/b is given more than once', ['a', 1, 'b']],
  ['{"amount":1.5,"amount":1.5}', 'amount is given more than once', ['amount']],
])('a member given twice: %s', (text, message, path) => {
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ message, path }));
});
