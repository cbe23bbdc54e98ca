/** What storage says of work that it could not take; see the write path for what is done about it. */

/** Another transaction got in the way (a unique key, a deadlock, a lock not granted): run it again, one by one. */
export class StoreConflictError extends Error {
  override readonly name = 'StoreConflictError';
}

/** The storage refuses what a batch would write, however often it is tried: a rule of its tables is broken. */
export class StoreRefusalError extends Error {
  override readonly name = 'StoreRefusalError';
}
