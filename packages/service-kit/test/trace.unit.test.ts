import { acceptTraceparent, newTraceparent, requestIdFrom, spanIdOf, traceIdOf } from '../src/index.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a trace context from outside', () => {
  it('is accepted in the W3C format, and names its trace', () => {
    const text = `00-${TRACE}-${SPAN}-01`;
    expect(acceptTraceparent(text)).toBe(text);
    expect(traceIdOf(text)).toBe(TRACE);
  });

  it.each([
    undefined,
    ['00-x', '00-y'],
    '',
    `01-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01\n`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-012`,
    `00-${TRACE.slice(1)}-${SPAN}a-01`,
    `00-${TRACE}-${SPAN.slice(1)}-012`,
  ])('is ignored if it is malformed: %j', (text) => {
    expect(acceptTraceparent(text)).toBeNull();
  });
});

it('a new trace context is well-formed, and another each time', () => {
  const made = Array.from({ length: 1_000 }, newTraceparent);
  expect(made.map(acceptTraceparent)).toEqual(made);
  expect(new Set(made.map(traceIdOf)).size).toBe(made.length);
  expect(new Set(made.map(spanIdOf)).size).toBe(made.length);
});

it('no trace context has no trace id', () => {
  expect(traceIdOf(null)).toBeUndefined();
});

describe('a request id from outside', () => {
  it.each(['a', 'A-1_b:c.d', 'x'.repeat(100)])('is kept where it is harmless: %s', (text) => {
    expect(requestIdFrom(text)).toBe(text);
  });

  it.each([undefined, ['a', 'b'], '', 'x'.repeat(101), 'a b', 'a\nb', 'a"b', '<script>', 'ü'])(
    'is replaced by a new one where it is not: %j',
    (text) => {
      expect(requestIdFrom(text)).toMatch(/^[0-9a-f-]{36}$/);
      expect(requestIdFrom(text)).not.toBe(requestIdFrom(text));
    },
  );
});
