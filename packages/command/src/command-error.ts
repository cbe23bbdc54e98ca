/** Something that stops a command and that its user can act on; the message says it all. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
