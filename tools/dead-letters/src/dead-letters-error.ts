/** Something that stops the command and that its user can act on; the message says it all. */
export class DeadLettersError extends Error {
  override readonly name = 'DeadLettersError';
}
