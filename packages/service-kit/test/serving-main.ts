/** Serves until it gets a signal. It says where by a message, and a message names the file that its log goes to from then on. */
import { closeSync, openSync } from 'node:fs';
import { createLogger, createRegistry, createServer, runProcess } from '../src/index.ts';

const STANDARD_OUTPUT = 1;

process.once('message', (file: string) => {
  closeSync(STANDARD_OUTPUT);
  // The lowest descriptor that is free.
  openSync(file, 'w');
});
await runProcess(async () => {
  const logger = createLogger('test', 'info');
  const app = createServer({ logger, registry: createRegistry('test'), notReady: () => null });
  process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
  return { logger, steps: [{ name: 'server', stop: () => app.close() }] };
});
