/** Whether a service process has become ready for the first time. */
import { poll } from '../processes/poll.ts';

/** Longer than a process waits for its database before it exits, so that its outcome is reported. */
const readyTimeoutMs = 120_000;
const requestTimeoutMs = 1_000;
const everyMs = 100;
const error = /^exited with [1-9]/;

export class Readiness {
  readonly #name: string;
  readonly #url: string;
  readonly #logFile: string;
  #wasReady = false;
  #outcome: string | undefined;
  #last = 'no response';

  constructor(name: string, url: string, logFile: string) {
    this.#name = name;
    this.#url = url;
    this.#logFile = logFile;
  }

  /** The last response to the question whether the process is ready. */
  get last(): string {
    return this.#last;
  }

  /**
   * Whether the wait ends with this outcome of the process. A process that exits with an error before it was ever ready
   * would do so again: its configuration is wrong, or it has waited in vain for its database.
   */
  endsWith(outcome: string): boolean {
    if (this.#wasReady || !error.test(outcome)) return false;
    this.#outcome = outcome;
    return true;
  }

  /**
   * Settles when the process is ready, again after a restart.
   *
   * @throws Error if it exits with an error before it was ever ready, takes too long, or the signal is aborted
   */
  async wait(signal?: AbortSignal): Promise<void> {
    const isOver = await poll(
      async () => this.#outcome !== undefined || (await this.#isReady()),
      readyTimeoutMs,
      everyMs,
      signal,
    );
    if (isOver && this.#wasReady) return;
    const what = isOver
      ? `${this.#outcome} before it was ready`
      : `was not ready within ${readyTimeoutMs / 1000} s (${this.#last})`;
    throw new Error(`${this.#name} ${what}: see ${this.#logFile}`);
  }

  async #isReady(): Promise<boolean> {
    const response = await fetch(`${this.#url}/readyz`, { signal: AbortSignal.timeout(requestTimeoutMs) });
    const { reason } = (await response.json().catch(() => ({}))) as { reason?: string };
    this.#last = `/readyz responded with ${response.status}${reason === undefined ? '' : `, ${reason}`}`;
    this.#wasReady ||= response.ok;
    return response.ok;
  }
}
