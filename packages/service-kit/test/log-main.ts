/** Logs lines and ends, in the way that it is told. */
import { pbkdf2 } from 'node:crypto';
import { createLogger } from '../src/log.ts';
import { wideLines } from './wide-lines.ts';

const logger = createLogger('test', 'info');
const ways: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(),
  // With every thread busy that could write beside the process.
  fatal: () => {
    for (let thread = 0; thread < 4; thread++) pbkdf2('a', 'b', 10_000_000, 64, 'sha512', () => {});
    logger.fatal('dying');
    process.kill(process.pid, 'SIGKILL');
  },
  // More than a pipe holds, so that a write is under way at the exit.
  unread: () => {
    for (let line = 0; line < 5_000; line++) logger.info('x'.repeat(100));
    setTimeout(() => process.exit(), 500);
  },
  waiting: () => void setInterval(() => {}, 1_000),
  // More than is written at once, and a line of another logger when that has been written, however long that takes.
  many: () => {
    for (let line = 0; line < 1_000; line++) logger.info(String(line));
    setTimeout(() => process.once('beforeExit', () => createLogger('another', 'info').info('last')), 500);
  },
  // More than is written at once, so that several blocks wait at the exit.
  ended: () => {
    for (let line = 0; line < 1_000; line++) logger.info(String(line));
    process.exit();
  },
  // With as many bytes a character as there can be, and characters that are cut in two; and some too long to be written together.
  wide: () => {
    for (const line of wideLines()) logger.info(line);
  },
};

logger.info('one');
logger.info('two');
ways[String(process.argv[2])]?.();
