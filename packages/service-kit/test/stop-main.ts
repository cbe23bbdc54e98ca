/** Waits for a signal, and then stops by steps of which the second never comes to its end. */
import { createLogger, runProcess } from '../src/index.ts';

const [stepTimeoutMs, stopTimeoutMs] = process.argv.slice(2).map(Number);

// As a server does, it keeps the process from ending by itself.
setInterval(() => {}, 1_000);
await runProcess(async () => {
  const logger = createLogger('test', 'info');
  const steps = [
    { name: 'first', stop: () => logger.info('the first step') },
    { name: 'stuck', stop: () => new Promise(() => {}), timeoutMs: stepTimeoutMs as number },
    { name: 'broken', stop: () => Promise.reject(new Error('broken')) },
    { name: 'last', stop: () => logger.info('the last step') },
  ];
  return { logger, steps };
}, stopTimeoutMs);
process.send?.('started');
