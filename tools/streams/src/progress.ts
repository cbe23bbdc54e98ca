/** Says how far a command has come: at most so often, on standard error. */
const EVERY_MS = 2_000;

/** @returns a function that shows a line, unless one was shown a moment ago */
export function progressOn(output: { write(text: string): unknown }): (line: (seconds: number) => string) => void {
  const startedMs = performance.now();
  let shownMs = startedMs;
  return (line) => {
    const nowMs = performance.now();
    if (nowMs - shownMs < EVERY_MS) return;
    shownMs = nowMs;
    output.write(`${line((nowMs - startedMs) / 1000)}\n`);
  };
}

export const rate = (count: number, seconds: number): string => `${Math.round(count / Math.max(seconds, 0.001))}/s`;
