import { BULK_ERRORS_MAX, type BulkError, type BulkSummary } from '@mo/contracts';

/** Counts the outcomes of all lines of an upload; only a limited number of errors is listed. */
export class Tally {
  #received = 0;
  #failed = 0;
  #errors: BulkError[] = [];

  get failed(): number {
    return this.#failed;
  }

  receive(lines: number): void {
    this.#received += lines;
  }

  /** @param count the number of failed lines, if it exceeds the number of errors given */
  fail(errors: readonly BulkError[], count: number = errors.length): void {
    if (count === 0) return;
    this.#failed += count;
    this.#errors = [...this.#errors, ...errors].sort((a, b) => a.line - b.line).slice(0, BULK_ERRORS_MAX);
  }

  /** @param isAtomic whether one failed line fails all lines */
  summary(isAtomic: boolean): BulkSummary {
    const isVoid = isAtomic && this.#failed > 0;
    return {
      received: this.#received,
      created: isVoid ? 0 : this.#received - this.#failed,
      failed: this.#failed,
      errors: this.#errors,
      errors_truncated: this.#failed > this.#errors.length,
    };
  }
}
