/** The report of a run: failing seeds with their shortest histories, and the summed figures. */
import type { Outcome } from './seed.ts';
import type { Shrunk } from './shrink.ts';
import { addFigures, type Figures, noFigures } from './world/figures.ts';

const LINES_SHOWN_MAX = 400;

/** The sum over seeds. */
export class Tally {
  readonly figures: Figures = noFigures();
  readonly failed: Outcome[] = [];
  passed = 0;

  add(outcome: Outcome): void {
    addFigures(this.figures, outcome.figures);
    if (outcome.violation === null) this.passed += 1;
    else this.failed.push(outcome);
  }

  /** One line: `N seeds passed, N failed`. */
  get summary(): string {
    return `${this.passed} seeds passed, ${this.failed.length} failed`;
  }
}

export const figuresText = (figures: Figures): string =>
  Object.entries(figures)
    .map(
      ([name, count]) =>
        `${name.replace(/([A-Z0-9]+)/g, ' $1').toLowerCase()} ${Math.round(count).toLocaleString('en')}`,
    )
    .join(', ');

export function failureText({ seed, violation }: Outcome): string {
  return `seed ${seed} broke the rule "${violation?.rule}": ${violation?.detail}`;
}

export function shrunkText(command: string, { outcome, only, faults, tries }: Shrunk): string {
  const { lines } = outcome;
  const left = Math.max(0, lines.length - LINES_SHOWN_MAX);
  return [
    `Shortest history found (${only.length} operations, ${faults.strikes.length} strikes, ${tries} tries):`,
    `  faults: ${[...faults.kinds].join(', ') || 'none'}`,
    ...(left > 0 ? [`  … ${left} lines before these`] : []),
    ...lines.slice(left).map((line) => `  ${line}`),
    `Replay: ${command}`,
  ].join('\n');
}
