import fc from 'fast-check';
import { answerPage, pageOfRows, readCursor } from '../src/index.ts';

const rowsUpTo = (count: number) => Array.from({ length: count }, (_, n) => ({ id: n + 1 }));
const page = (count: number, limit: number, filters: Record<string, unknown> = {}) =>
  pageOfRows(
    rowsUpTo(count),
    { ...filters, limit },
    (row) => [row.id],
    (row) => `row ${row.id}`,
  );

describe('a page from one row more than fits', () => {
  it('is the last if the extra row is missing', () => {
    expect(page(3, 3)).toEqual({ results: ['row 1', 'row 2', 'row 3'], next_cursor: null });
    expect(page(0, 3)).toEqual({ results: [], next_cursor: null });
  });

  it('has a next one if the extra row exists, which is not shown', () => {
    const { results, next_cursor } = page(4, 3);
    expect(results).toEqual(['row 1', 'row 2', 'row 3']);
    expect(readCursor(next_cursor ?? undefined, {}, 1)).toEqual([3]);
  });

  it('page by page shows every row once', () => {
    const sizes = fc.record({ rows: fc.nat({ max: 30 }), limit: fc.integer({ min: 1, max: 7 }) });
    fc.assert(
      fc.property(sizes, ({ rows, limit }) => {
        const shown: number[] = [];
        for (let cursor: string | undefined | null; cursor !== null; ) {
          const [after = 0] = readCursor(cursor, { limit }, 1) ?? [];
          const found = rowsUpTo(rows).filter(({ id }) => id > after);
          const { results, next_cursor } = pageOfRows(
            found.slice(0, limit + 1),
            { limit },
            ({ id }) => [id],
            ({ id }) => id,
          );
          shown.push(...results);
          cursor = next_cursor;
        }
        expect(shown).toEqual(rowsUpTo(rows).map(({ id }) => id));
      }),
    );
  });
});

describe('the link to the next page', () => {
  const linkOf = (url: string) => answerPage({ results: [], next_cursor: 'NEXT' }, url).headers?.link;

  it('is absent on the last page', () => {
    const answer = answerPage({ results: [1], next_cursor: null }, '/api/loans');
    expect(answer).toEqual({ status: 200, body: '{"results":[1],"next_cursor":null}', token: null });
  });

  it('keeps path, filters and limit, and replaces the previous cursor', () => {
    expect(linkOf('/api/loans')).toBe('</api/loans?cursor=NEXT>; rel="next"');
    expect(linkOf('/api/loans?status=active&limit=5')).toBe(
      '</api/loans?status=active&limit=5&cursor=NEXT>; rel="next"',
    );
    expect(linkOf('/api/loans?cursor=OLD&limit=5')).toBe('</api/loans?cursor=NEXT&limit=5>; rel="next"');
  });

  it('keeps any value of a filter', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '?', '&', '=', '%', '+', ' ', 'ü', '/', '>', ',') });
    fc.assert(
      fc.property(value, (name) => {
        const raw = encodeURIComponent(name).replaceAll('%3F', '?').replaceAll('%2F', '/');
        const link = linkOf(`/api/loans?external_id=${raw}&limit=5`);
        const [, target = ''] = /^<([^>]*)>; rel="next"$/.exec(link ?? '') ?? [];
        const query = new URL(target, 'http://127.0.0.1').searchParams;
        expect([query.get('external_id'), query.get('limit'), query.get('cursor')]).toEqual([name, '5', 'NEXT']);
      }),
    );
  });
});
