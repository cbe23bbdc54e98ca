import type { FastifyReply } from 'fastify';

/** The status recorded for a request whose caller disconnected before its answer. HTTP defines none; nginx uses 499. */
const CALLER_GONE = 499;

/**
 * Calls back once a request is over, with the status of its answer, or {@link CALLER_GONE} if none was started, and
 * whether the answer was sent completely. Fastify's own hook is not called when the caller disconnects, although the
 * request may have been executed.
 */
export function whenOver({ raw }: FastifyReply, note: (status: number, isWhole: boolean) => void): void {
  const tell = () => note(raw.headersSent ? raw.statusCode : CALLER_GONE, raw.writableFinished);
  if (raw.destroyed) tell();
  else raw.once('close', tell);
}
