/**
 * The result of some work, if it arrives in time. Otherwise the work continues, and its result is ignored.
 *
 * @param otherwise the message of the error that is thrown after `timeoutMs`
 */
export async function within<T>(work: T | Promise<T>, timeoutMs: number, otherwise: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(otherwise)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
