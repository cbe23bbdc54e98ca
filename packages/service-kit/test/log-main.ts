/** Logs lines and ends, in the way that it is told. */
import { pbkdf2 } from 'node:crypto';
import { createLogger } from '../src/log.ts';

const WIDE = 'a\u00e9\u20ac\u{1f600}';
const logger = createLogger('test', 'info');
const ways: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(),
  // With every thread busy that could write beside the process.
  fatal: () => {
    for (let thread = 0; thread < 4; thread++) pbkdf2('a', 'b', 10_000_000, 64, 'sha512', () => {});
    logger.fatal('dying');
    process.kill(process.pid, 'SIGKILL');
  },
  waiting: () => void setInterval(() => {}, 1_000),
  // More than is written at once, and a line of another logger when that has been written.
  many: () => {
    for (let line = 0; line < 1_000; line++) logger.info(String(line));
    setTimeout(() => {
      createLogger('another', 'info').info('last');
      process.exit();
    }, 500);
  },
  // Of as many bytes a character as there can be, where what is written together may end within one; and some that are too long for that.
  wide: () => {
    for (let line = 0; line < 500; line++)
      logger.info(WIDE.slice(line % WIDE.length).repeat(line % 50 === 0 ? 500 : 9));
    process.exit();
  },
};

logger.info('one');
logger.info('two');
ways[String(process.argv[2])]?.();
