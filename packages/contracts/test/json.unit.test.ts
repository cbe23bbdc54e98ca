import fc from 'fast-check';
import { JSON_DEPTH_MAX, NumberLiteral, parseJson } from '../src/index.ts';

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
    .array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 })
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
