/**
 * How a process starts and stops. It reads its configuration first, then creates its components. On SIGTERM or SIGINT
 * it stops them in order, each step with a deadline, and exits. Before it has started, a signal ends it at once. A task
 * exits when it is done.
 */
import type { Logger } from 'pino';
import { within } from './deadline.ts';
import { StartError } from './start-error.ts';

/** A component of a process, and how it is stopped. */
export interface StopStep {
  name: string;
  stop: () => unknown;
  /** 5 s by default. */
  timeoutMs?: number;
}

/** How long the gateway waits for a service's answer, so the longest call of a service that stops. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** What a server that stops needs after its longest call: to send the answer, and to close the connections. */
export const DRAIN_MARGIN_MS = 2_000;
/** The limit of the step that closes a service's server. */
export const DRAIN_TIMEOUT_MS = ANSWER_TIMEOUT_MS + DRAIN_MARGIN_MS;
const STEP_TIMEOUT_MS = 5_000;
/**
 * The time limit of all stop steps together: more than the sum of their own limits, which a test of each process
 * checks, and less than the 90 s after which the platform kills the process (docker-compose.yml, deploy/helm).
 */
export const STOP_TIMEOUT_MS_MAX = 85_000;

/** The sum of the limits of all steps, in ms. */
export const stopLimitMs = (steps: readonly StopStep[]): number =>
  steps.reduce((sum, { timeoutMs = STEP_TIMEOUT_MS }) => sum + timeoutMs, 0);

/** The running components, and the steps that stop them. */
export interface Running {
  readonly logger: Logger;
  readonly steps: readonly StopStep[];
}

/**
 * Runs `start`, then waits for a signal and runs the stop steps in the order given.
 *
 * @param stopTimeoutMs the time limit of all steps together, after which the process exits without the remaining ones
 */
export async function runProcess(start: () => Promise<Running>, stopTimeoutMs = STOP_TIMEOUT_MS_MAX): Promise<void> {
  // A start may wait for its database. As the first process of a container it would ignore a signal without a handler.
  let onSignal = (_signal: string): unknown => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => onSignal(signal));
  try {
    const running = await start();
    const { logger } = running;
    process.on('uncaughtException', (error) => exitWith(logger, error));
    process.on('unhandledRejection', (error) => exitWith(logger, error));
    onSignal = (signal) => stop(running, stopTimeoutMs, signal);
  } catch (error) {
    giveUp(error);
  }
}

/**
 * Runs a task that ends by itself. The process exits with 0 when the task is done, or prints the error and exits with 1
 * when it fails.
 */
export async function runTask(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    giveUp(error);
  }
  process.exit(0);
}

function giveUp(error: unknown): never {
  const text = error instanceof StartError ? error.message : String((error as Error)?.stack ?? error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

async function stop({ logger, steps }: Running, timeoutMs: number, signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  const endMs = performance.now() + timeoutMs;
  const notDone: string[] = [];
  for (const step of steps) {
    const leftMs = endMs - performance.now();
    const isDone = leftMs >= 1 && (await take(step, leftMs, logger));
    if (!isDone) notDone.push(step.name);
  }
  if (notDone.length === 0) logger.info('stopped');
  else logger.warn({ steps: notDone }, 'stopped, but some steps were not completed');
  process.exit(0);
}

/** @returns whether the step finished in time and without an error */
async function take({ name, stop, timeoutMs = STEP_TIMEOUT_MS }: StopStep, leftMs: number, logger: Logger) {
  const limitMs = Math.ceil(Math.min(timeoutMs, leftMs));
  try {
    await within(stop(), limitMs, `${name} took more than ${limitMs} ms`);
    return true;
  } catch (error) {
    logger.warn({ err: error, step: name }, 'a step of the shutdown failed');
    return false;
  }
}

function exitWith(logger: Logger, error: unknown): void {
  logger.fatal({ err: error }, 'an unhandled error');
  process.exit(1);
}
