/**
 * Forbids caches to store an answer. A shared cache does not store answers to requests with Authorization (RFC 9111,
 * 3.5), but ignores X-API-Key, and would serve one caller's data to another. A stale answer would also break the
 * guarantee of a Consistency-Token.
 */
export const UNCACHED = ['cache-control', 'no-store'] as const;
