/** A command was called in a way that it can't follow; the message says what is wrong with which option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
