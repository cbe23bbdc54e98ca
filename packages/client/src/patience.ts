/**
 * Retries beyond `attemptsMax`, of calls that get no answer: a single gateway may be restarting. All such calls arrive
 * when it is back, so their number is limited, and their waits are random between 0 and up to 10 seconds.
 */

/** How long after its start a call is sent again beyond `attemptsMax`. */
const PATIENCE_MS = 60_000;
/** The most calls of a client at a time that are sent again beyond `attemptsMax`. */
export const PATIENT_CALLS_MAX = 100;

export class Patience {
  /** Whether the URL has ever answered. One that has not may be wrong. */
  isReached = false;
  readonly #calls = new Set<object>();

  /** Takes a place for a call, if it may be sent again. @param nextMs when that would be, after the start of the call */
  begin(call: object, nextMs: number): boolean {
    if (!this.isReached || nextMs >= PATIENCE_MS) return false;
    if (this.#calls.size >= PATIENT_CALLS_MAX && !this.#calls.has(call)) return false;
    this.#calls.add(call);
    return true;
  }

  /** Makes room for another call. */
  end(call: object): void {
    this.#calls.delete(call);
  }
}
