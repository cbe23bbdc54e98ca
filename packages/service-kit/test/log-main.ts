/** Logs two lines and ends, in the way that it is told. */
import { createLogger } from '../src/log.ts';

const logger = createLogger('test', 'info');
const ways: Readonly<Record<string, () => void>> = {
  exit: () => process.exit(),
  fatal: () => {
    logger.fatal('dying');
    process.kill(process.pid, 'SIGKILL');
  },
  waiting: () => void setInterval(() => {}, 1_000),
};

logger.info('one');
logger.info('two');
ways[String(process.argv[2])]?.();
