import { createLogger } from '@mo/service-kit';

/** A logger that writes nothing, and the level and text of each line that it was given. */
export function notedLines() {
  const logger = createLogger('test', 'silent');
  const lines: string[] = [];
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    logger[level] = (_details: unknown, text?: string) => void lines.push(`${level} ${text}`);
  return { logger, lines };
}
