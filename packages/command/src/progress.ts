/** Shows the progress of a command: a bar that is redrawn on a terminal, and a new line every 10 s elsewhere. */
const TERMINAL_EVERY_MS = 200;
const LINES_EVERY_MS = 10_000;
const BAR_WIDTH = 24;
const ERASE_LINE = '\r\u001b[K';

export interface Work {
  /** Unit of `done` and `total`, such as `lines`. */
  readonly unit: string;
  readonly done: () => number;
  /** Absent if unknown. */
  readonly total?: number;
  /** Further text; an empty one is omitted. */
  readonly detail?: () => string;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Starts showing progress. The returned function stops it and erases the bar from a terminal. */
export function showProgress(work: Work, output: ProgressOutput): () => void {
  const startedMs = performance.now();
  const doneBefore = work.done();
  const isTerminal = output.isTTY === true;
  const show = () => {
    const pace = { seconds: (performance.now() - startedMs) / 1000, doneBefore };
    output.write(
      isTerminal ? `${ERASE_LINE}${barOf(work)}${progressText(work, pace)}` : `${progressText(work, pace)}\n`,
    );
  };
  const timer = setInterval(show, isTerminal ? TERMINAL_EVERY_MS : LINES_EVERY_MS);
  return () => {
    clearInterval(timer);
    if (isTerminal) output.write(ERASE_LINE);
  };
}

/** Progress, rate and estimated time left, such as `450 of 1,000 lines (45 %), 90/s, 7 s left`. */
export function progressText(
  { unit, done, total, detail }: Work,
  { seconds, doneBefore }: { seconds: number; doneBefore: number },
): string {
  const soFar = done();
  const rate = seconds > 0 ? (soFar - doneBefore) / seconds : 0;
  const parts = [total === undefined ? `${count(soFar)} ${unit}` : ofTotal(soFar, total, unit)];
  const more = detail?.() ?? '';
  if (more !== '') parts.push(more);
  parts.push(`${count(Math.round(rate))}/s`);
  if (total !== undefined && rate > 0) parts.push(`${durationText((total - soFar) / rate)} left`);
  return parts.join(', ');
}

const share = (done: number, total: number): number => (total === 0 ? 1 : Math.min(done / total, 1));
const count = (value: number): string => value.toLocaleString('en-US');
const ofTotal = (done: number, total: number, unit: string): string =>
  `${count(done)} of ${count(total)} ${unit} (${Math.floor(share(done, total) * 100)} %)`;

function barOf({ done, total }: Work): string {
  if (total === undefined) return '';
  const filled = Math.floor(share(done(), total) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
}

/** A duration such as `42 s`, `3 min 20 s` or `2 h 5 min`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
