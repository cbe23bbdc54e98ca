/** The observations of a run: answers by status, failed attempts by cause, and violations. */
const VIOLATIONS_KEPT_MAX = 100;

export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** The outcome of one operation for its caller. */
export interface Outcome {
  readonly attempts: number;
  readonly isAnswered: boolean;
  readonly durationMs: number;
}

export class Tally {
  readonly answers = new Map<string, number>();
  readonly failures = new Map<string, number>();
  readonly violations: Violation[] = [];
  attempts = 0;
  operations = 0;
  /** Operations whose first attempt failed. */
  firstFailed = 0;
  /** Operations that got no answer despite retries. */
  neverAnswered = 0;
  longestMs = 0;
  violated = 0;

  /** Counts an answer, whatever its status. */
  answer(status: number): void {
    this.attempts += 1;
    add(this.answers, String(status));
  }

  /** Counts an attempt without an answer. */
  failure(how: string): void {
    this.attempts += 1;
    add(this.failures, how);
  }

  operation({ attempts, isAnswered, durationMs }: Outcome): void {
    this.operations += 1;
    if (attempts > 1 || !isAnswered) this.firstFailed += 1;
    if (!isAnswered) this.neverAnswered += 1;
    this.longestMs = Math.max(this.longestMs, durationMs);
  }

  readonly violate = (rule: string, detail: string): void => {
    this.violated += 1;
    if (this.violations.length < VIOLATIONS_KEPT_MAX) this.violations.push({ rule, detail });
  };
}

export function add(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
