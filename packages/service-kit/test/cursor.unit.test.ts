import fc from 'fast-check';
import { ProblemError, readCursor, writeCursor } from '../src/index.ts';

const filters = { status: 'active', customer_id: 7 };

const refusalOf = (cursor: string, with_: Record<string, unknown> = filters, length = 1): string => {
  try {
    readCursor(cursor, with_, length);
  } catch (error) {
    if (error instanceof ProblemError) return `${error.status} ${error.message}`;
  }
  return 'it was taken';
};
/** Times that a database and RFC 3339 can write, in ms. */
const [FIRST_MS, LAST_MS] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const NOT_OURS = '400 cursor is not a next_cursor of this API';

it('a cursor returns any position that it was created with', () => {
  const position = fc.array(fc.integer({ min: FIRST_MS, max: LAST_MS }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(position, fc.dictionary(fc.string(), fc.string()), (parts, some) => {
      expect(readCursor(writeCursor(parts, some), some, parts.length)).toEqual(parts);
    }),
  );
});

it('a missing cursor is no position', () => {
  expect(readCursor(undefined, filters, 1)).toBeNull();
});

it('a cursor needs no escaping in a URL', () => {
  expect(writeCursor([-1, 2 ** 47], filters)).toMatch(/^[\w-]+$/);
});

it('a cursor may be used with another limit, and with its filters in any order', () => {
  const cursor = writeCursor([5], { ...filters, limit: 10, cursor: 'the one before' });
  expect(readCursor(cursor, { limit: 200, customer_id: 7, status: 'active', name: undefined }, 1)).toEqual([5]);
});

it.each([{}, { status: 'active' }, { ...filters, customer_id: 8 }, { ...filters, name: 'x' }])(
  'a cursor is refused with other filters: %j',
  (others) => {
    expect(refusalOf(writeCursor([5], filters), others)).toBe('400 cursor belongs to other filters');
  },
);

it('a position of another length is that of another list', () => {
  const other = '400 cursor belongs to another list';
  expect(refusalOf(writeCursor([5, 6], filters))).toBe(other);
  expect(refusalOf(writeCursor([5], filters), filters, 2)).toBe(other);
});

describe('a cursor that was tampered with is refused', () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    ['cut off', writeCursor([5], filters).slice(0, -4)],
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('hello').toString('base64url')],
    ['no list', encoded({ 0: 1 })],
    ['null', encoded(null)],
    ['no position', encoded([1, 'abcdefgh'])],
    ['another version', encoded([2, 'abcdefgh', 5])],
    ['text', encoded([1, 'abcdefgh', '5'])],
    ['a time after all years of four digits', writeCursor([LAST_MS + 1], filters)],
    ['a time before them', writeCursor([FIRST_MS - 1], filters)],
    ['a fraction', encoded([1, 'abcdefgh', 5.5])],
    ['a number beyond the exact ones', encoded([1, 'abcdefgh', 2 ** 53])],
    ['a list as a part', encoded([1, 'abcdefgh', [5]])],
  ])('%s', (_what, cursor) => {
    expect(refusalOf(cursor)).toBe(NOT_OURS);
  });

  it('and reported as a field of the query', () => {
    expect(() => readCursor('x', filters, 1)).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/cursor', in: 'query' })] }),
    );
  });
});
