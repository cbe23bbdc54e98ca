/** Errors of a store that could not do its work; the write path decides how to handle them. */

/**
 * Another transaction interfered, for example by inserting the same unique key: run the work again, one item at a time.
 */
export class StoreConflictError extends Error {
  override readonly name: string = 'StoreConflictError';
}

/** What a caller is told of a held lock, and of a database that answers late, whichever part noticed. */
export const STORE_BUSY = 'another change blocks this one';
export const STORE_SLOW = 'the database takes too long';

/** What a caller is told whose read has waited for its turn for `waitMs`, and did not start. */
export const storeWaited = (waitMs: number): string =>
  `the request waited ${waitMs / 1_000} s for the database and was not served`;

/** Another transaction holds a lock, which says nothing about the data to be written. */
export class StoreBusyError extends StoreConflictError {
  override readonly name = 'StoreBusyError';
}

/** The store refuses the data of a batch, however often it is tried, because a rule of its tables is broken. */
export class StoreRefusalError extends Error {
  override readonly name = 'StoreRefusalError';
}
