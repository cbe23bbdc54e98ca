/** What storage says of work that it could not take; see the write path for what is done about it. */

/** Another transaction got in the way, such as by a unique key: run it again, one by one. */
export class StoreConflictError extends Error {
  override readonly name: string = 'StoreConflictError';
}

/** It is in the way now, by a lock that it holds: that says nothing of what was to be written. */
export class StoreBusyError extends StoreConflictError {
  override readonly name = 'StoreBusyError';
}

/** The storage refuses what a batch would write, however often it is tried: a rule of its tables is broken. */
export class StoreRefusalError extends Error {
  override readonly name = 'StoreRefusalError';
}
