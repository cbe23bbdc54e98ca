import { checkLine, errorOf } from '../src/bulk/check-line.ts';

/** One character, and two UTF-16 code units. */
const PAIR = '😀';
const SURROGATE = /\p{Cs}/u;

const errorIn = (value: object) => {
  const line = { line: 1, value };
  expect(checkLine(line)).toBeNull();
  return errorOf(line);
};

describe('the error of a line', () => {
  it.each([
    ['a', 60],
    [PAIR, 60],
    [`a${PAIR}`, 30],
  ])('contains the whole external_id where that is valid: %s %d times', (text, times) => {
    const external_id = text.repeat(times);
    expect(checkLine({ line: 1, value: { external_id, score: '1' } })).toHaveProperty('customer');
    expect(errorIn({ external_id, score: 'x' }).external_id).toBe(external_id);
  });

  it('contains the first 60 characters of a longer external_id', () => {
    expect(errorIn({ external_id: PAIR.repeat(61), score: '1' }).external_id).toBe(PAIR.repeat(60));
  });

  it.each([
    { external_id: `${'a'.repeat(59)}${PAIR}`, score: '1', [`a${PAIR.repeat(500)}`]: 1 },
    { external_id: `${'a'.repeat(59)}${PAIR}`, score: '1', [PAIR.repeat(500)]: 1 },
    { external_id: '\ud83d', score: '1' },
  ])('contains no half of a surrogate pair, which many JSON parsers refuse (%#)', (value) => {
    const { external_id, detail } = errorIn(value);
    expect([external_id, detail].filter((text) => SURROGATE.test(text ?? ''))).toEqual([]);
    expect(Array.from(detail).length).toBeLessThanOrEqual(300);
  });
});
