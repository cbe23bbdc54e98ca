/**
 * How a process starts and stops: the configuration first, then what it is made of; on SIGTERM or SIGINT it stops in
 * order, each step with a deadline, and exits. A task ends by itself.
 */
import type { Logger } from 'pino';
import { ConfigError } from './config.ts';
import { within } from './deadline.ts';

/** Something that a process is made of, with how it stops. */
export interface StopStep {
  name: string;
  stop: () => unknown;
  /** 5 s unless told. */
  timeoutMs?: number;
}

const STEP_TIMEOUT_MS = 5_000;

/** Runs `start`, then waits for a signal and runs its stop steps in the order given. */
export async function runProcess(start: () => Promise<{ logger: Logger; steps: readonly StopStep[] }>): Promise<void> {
  try {
    const { logger, steps } = await start();
    process.on('uncaughtException', (error) => exitWith(logger, error));
    process.on('unhandledRejection', (error) => exitWith(logger, error));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(logger, steps, signal));
  } catch (error) {
    giveUp(error);
  }
}

/** Runs something that ends by itself. The process exits with 0 once it is done, and with 1, saying why, where it fails. */
export async function runTask(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    giveUp(error);
  }
  process.exit(0);
}

function giveUp(error: unknown): never {
  const text = error instanceof ConfigError ? error.message : String((error as Error)?.stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

async function stop(logger: Logger, steps: readonly StopStep[], signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  for (const step of steps) {
    try {
      const timeoutMs = step.timeoutMs ?? STEP_TIMEOUT_MS;
      await within(step.stop(), timeoutMs, `${step.name} took more than ${timeoutMs} ms`);
    } catch (error) {
      logger.warn({ err: error, step: step.name }, 'a step of the stop failed');
    }
  }
  logger.info('stopped');
  process.exit(0);
}

function exitWith(logger: Logger, error: unknown): void {
  logger.fatal({ err: error }, 'an error that nothing handled');
  process.exit(1);
}
