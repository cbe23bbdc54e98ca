import type { Readable } from 'node:stream';
import { ProblemError, unavailable } from '@mo/service-kit';
import { UPLOAD_IDLE_TIMEOUT_MS } from './limits.ts';

/**
 * The bytes of a body as they arrive, with backpressure. The body is never destroyed here, so that its sender can still
 * get a response.
 *
 * @throws ProblemError request_timeout, if nothing arrives for `idleTimeoutMs`; invalid_request, if the sender is gone;
 *   unavailable, if `stopping` is aborted
 */
export async function* arriving(
  body: Readable,
  stopping: AbortSignal,
  idleTimeoutMs = UPLOAD_IDLE_TIMEOUT_MS,
): AsyncGenerator<Buffer> {
  // `for await` would destroy the body, and with it the connection, when its consumer stops early.
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const { done, value } = await unlessIdle(pieces.next(), stopping, idleTimeoutMs);
    if (done) return;
    yield value;
  }
}

async function unlessIdle<T>(next: Promise<T>, stopping: AbortSignal, idleTimeoutMs: number): Promise<T> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const stop = () => reject(unavailable('the service is stopping'));
  const idle = () => reject(new ProblemError('request_timeout', `no data arrived for ${idleTimeoutMs} ms`));
  const timer = setTimeout(idle, idleTimeoutMs);
  stopping.addEventListener('abort', stop, { once: true });
  if (stopping.aborted) stop();
  const arrived = next.catch((error: unknown) => {
    throw new ProblemError('invalid_request', `the upload was cut off: ${(error as Error).message}`);
  });
  try {
    return await Promise.race([arrived, never]);
  } finally {
    arrived.catch(() => {});
    never.catch(() => {});
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
  }
}
