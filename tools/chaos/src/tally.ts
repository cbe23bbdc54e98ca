/**
 * The observations of a run: answers by status, failed attempts by cause, violations, and checks that could not be made.
 */
import { inspect } from 'node:util';

const VIOLATIONS_KEPT_MAX = 100;

export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** A rule of which nothing is known, because its check failed. */
export interface Unchecked {
  readonly rule: string;
  readonly reason: string;
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
  readonly unchecked: Unchecked[] = [];
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

  /** Records that a rule could not be checked: neither kept nor violated. */
  readonly fail = (rule: string, error: unknown): void => {
    this.unchecked.push({ rule, reason: inspect(error) });
  };

  /** Whether every check was made, and found nothing. */
  get isClean(): boolean {
    return this.violated === 0 && this.unchecked.length === 0;
  }
}

export function add(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
