/** Which bodies are refused for their Content-Type. */
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem-error.ts';

const CHARSETS = ['utf-8', 'utf8', 'us-ascii'];

/** Refuses a charset that is not UTF-8 or part of it. @throws ProblemError unsupported_media_type */
export function refuseOtherCharset(contentType: string): void {
  const charset = /;\s*charset=["']?([^"';\s]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (CHARSETS.includes(charset)) return;
  throw new ProblemError('unsupported_media_type', `the charset ${charset} is not supported: send UTF-8`);
}

/** The refusal of a Content-Type that the route doesn't read. */
export function otherMediaType({ routeOptions }: FastifyRequest): ProblemError {
  const types = routeOptions.config?.operation?.stream ?? ['application/json'];
  return new ProblemError('unsupported_media_type', `the body must be ${types.join(', ')}`);
}
