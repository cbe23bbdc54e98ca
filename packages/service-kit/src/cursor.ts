/**
 * Cursors: the position at which a page ended. A cursor is opaque to callers, versioned, and bound to the filters that
 * it was created with, so that using it with other filters causes an error instead of a wrong page.
 */
import { createHash } from 'node:crypto';
import { invalid } from './problem-error.ts';

const VERSION = 1;

/** The filters of a query, without limit and cursor. A cursor is valid only for the same values. */
export type Filters = Readonly<Record<string, unknown>>;

/** The bounds of each part of a position: the times of four-digit years in ms, which exceed any id. */
const PART_MIN = Date.parse('0001-01-01T00:00:00.000Z');
const PART_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** Creates a cursor that continues after the position: ids, times in ms and similar. */
export function writeCursor(position: readonly number[], filters: Filters): string {
  return Buffer.from(JSON.stringify([VERSION, fingerprint(filters), ...position])).toString('base64url');
}

/**
 * Reads the position of a cursor.
 *
 * @param length the number of parts of the position
 * @throws ProblemError invalid_request if the cursor was not created here or belongs to another list or other filters
 */
export function readCursor(cursor: string | undefined, filters: Filters, length: number): number[] | null {
  if (cursor === undefined) return null;
  const [version, madeWith, ...position] = decode(cursor);
  if (version !== VERSION || position.length === 0 || !position.every(isPart)) {
    throw invalid('query', '/cursor', 'is not a next_cursor of this API');
  }
  if (position.length !== length) throw invalid('query', '/cursor', 'belongs to another list');
  if (madeWith !== fingerprint(filters)) throw invalid('query', '/cursor', 'belongs to other filters');
  return position;
}

const isPart = (part: unknown): part is number =>
  Number.isInteger(part) && (part as number) >= PART_MIN && (part as number) <= PART_MAX;

function decode(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function fingerprint(filters: Filters): string {
  const { limit: _limit, cursor: _cursor, ...rest } = filters;
  const set = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(set)).digest('base64url').slice(0, 8);
}
