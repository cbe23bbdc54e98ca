/** A start failed for a reason that its message explains to an operator: it is printed without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
