/**
 * What some work comes to, if it comes in time. The work itself goes on, and what becomes of it then is passed over.
 *
 * @param otherwise what the error says that comes after `timeoutMs`
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
