/** What every service process has: server, configuration, logging, problems, health, metrics, batches, shutdown. */
export * from './addresses.ts';
export * from './answer.ts';
export * from './batch-queue.ts';
export { liftRequestTimeout } from './client-error.ts';
export * from './clock.ts';
export * from './config.ts';
export * from './cursor.ts';
export * from './log.ts';
export * from './metrics.ts';
export * from './notice.ts';
export * from './page.ts';
export * from './problem-error.ts';
export * from './process.ts';
export * from './route.ts';
export * from './send.ts';
export * from './server.ts';
export * from './trace.ts';
export * from './validation.ts';
