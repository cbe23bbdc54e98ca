/** Which bodies are refused for their Content-Type. */
import { ProblemError } from './problem-error.ts';

const CHARSETS = ['utf-8', 'utf8', 'us-ascii'];

/** Refuses a charset that is not UTF-8 or part of it. @throws ProblemError unsupported_media_type */
export function refuseOtherCharset(contentType: string): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (CHARSETS.includes(charset)) return;
  throw new ProblemError('unsupported_media_type', `the charset ${charset} is not supported: send UTF-8`);
}
