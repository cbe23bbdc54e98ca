/** Something that stops the replay and that its user can act on; the message says it all. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}
