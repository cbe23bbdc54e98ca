/** An error that stops a command and that its user can act on; the message is sufficient without a stack trace. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
