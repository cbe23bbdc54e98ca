/**
 * The header of an answer that no cache may keep. One that several share keeps no answer to a request with Authorization
 * (RFC 9111, 3.5), but of X-API-Key it knows nothing: it would give one caller's data to another. And an answer that is
 * old would break what a Consistency-Token promises.
 */
export const UNCACHED = ['cache-control', 'no-store'] as const;
