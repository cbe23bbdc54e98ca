import type { FastifyReply } from 'fastify';

/** What a request counts as whose caller was gone before its answer; HTTP has no status for that, nginx has this one. */
const CALLER_GONE = 499;

/**
 * Calls back once a request is over, with the status of its answer, or {@link CALLER_GONE} where none was begun, and whether
 * the answer was sent whole. Fastify's own hook is silent of callers that leave, though what they asked for may have been done.
 */
export function whenOver({ raw }: FastifyReply, note: (status: number, isWhole: boolean) => void): void {
  const tell = () => note(raw.headersSent ? raw.statusCode : CALLER_GONE, raw.writableFinished);
  if (raw.destroyed) tell();
  else raw.once('close', tell);
}
