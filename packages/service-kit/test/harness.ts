/** A server that logs into memory, a clock that a test moves, and how to wait for what goes on without a timer. */
import { type Clock, createLogger, createRegistry, createServer, type ServerOptions } from '../src/index.ts';

/** Resolves once all that can go on without a timer has gone on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface LogLine extends Record<string, unknown> {
  level: string;
  msg: string;
}

/** A log whose lines a test can read. */
export function memoryLog(level = 'trace') {
  const written: string[] = [];
  const logger = createLogger('test', level, { write: (line) => void written.push(line) });
  return {
    logger,
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line) as LogLine),
  };
}

export function serverUnderTest(options: Partial<ServerOptions> = {}) {
  const log = memoryLog();
  const app = createServer({
    logger: log.logger,
    registry: createRegistry('test'),
    notReady: () => null,
    ...options,
  });
  return { app, log };
}

/** Time stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #sleepers: { endMs: number; wake: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }

  elapsed(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ endMs: this.#nowMs + durationMs, wake }));
  }

  get sleepers(): number {
    return this.#sleepers.length;
  }

  async advance(durationMs: number): Promise<void> {
    this.#nowMs += durationMs;
    const due = this.#sleepers.filter(({ endMs }) => endMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ endMs }) => endMs > this.#nowMs);
    for (const { wake } of due) wake();
    await settled();
  }
}
