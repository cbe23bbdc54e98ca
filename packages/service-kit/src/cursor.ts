/**
 * Cursors: where a page ended. Opaque to callers, versioned, and bound to the filters that they were made with, so that a
 * cursor used with other filters is an error and not a wrong page.
 */
import { createHash } from 'node:crypto';
import { invalid } from './problem-error.ts';

const VERSION = 1;

/** Filters without limit and cursor; their values decide what the cursor may be used with. */
export type Filters = Readonly<Record<string, unknown>>;

/** Writes a cursor that continues after the position. */
export function writeCursor(position: readonly (string | number)[], filters: Filters): string {
  return Buffer.from(JSON.stringify([VERSION, fingerprint(filters), ...position])).toString('base64url');
}

/**
 * Reads a cursor's position.
 *
 * @param length how many parts the position has
 * @throws ProblemError invalid_request, where it isn't one of ours or belongs to other filters
 */
export function readCursor(cursor: string | undefined, filters: Filters, length: number): (string | number)[] | null {
  if (cursor === undefined) return null;
  const parts = decode(cursor);
  if (parts === null || parts[0] !== VERSION || parts.length !== length + 2) {
    throw invalid('query', '/cursor', 'is not a next_cursor of ours');
  }
  if (parts[1] !== fingerprint(filters)) throw invalid('query', '/cursor', 'belongs to other filters');
  return parts.slice(2);
}

function decode(cursor: string): (string | number)[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const known = (part: unknown) =>
      typeof part === 'string' || (typeof part === 'number' && Number.isSafeInteger(part));
    return Array.isArray(parts) && parts.every(known) ? parts : null;
  } catch {
    return null;
  }
}

function fingerprint(filters: Filters): string {
  const { limit: _limit, cursor: _cursor, ...rest } = filters;
  const set = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(set)).digest('base64url').slice(0, 8);
}
