import { createLogger } from '@mo/service-kit';

export const OVER = 'info background work succeeds again';

/** A logger, and the level and text of each line that it was given. */
export function notedLines() {
  const lines: string[] = [];
  const logger = createLogger('test', 'debug', {
    write: (line) => {
      const { level, msg } = JSON.parse(line) as { level: string; msg: string };
      lines.push(`${level} ${msg}`);
    },
  });
  return { logger, lines };
}
