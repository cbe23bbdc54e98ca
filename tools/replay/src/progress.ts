/** Shows how far the replay is: a line that is rewritten on a terminal, now and then a new line elsewhere. */
const terminalEveryMs = 200;
const linesEveryMs = 10_000;
const ERASE_LINE = '\r\u001b[K';

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Starts showing `done()` of `total` rows; the function that it returns ends that. */
export function showProgress(total: number, done: () => number, output: Output): () => void {
  const startedAt = Date.now();
  const isTerminal = output.isTTY === true;
  const line = () => {
    const seconds = (Date.now() - startedAt) / 1000;
    const percent = total === 0 ? 100 : Math.floor((done() / total) * 100);
    const rate = seconds === 0 ? 0 : Math.round(done() / seconds);
    return `${done()} of ${total} rows (${percent} %), ${rate} rows/s, ${seconds.toFixed(0)} s`;
  };
  const show = () => output.write(isTerminal ? `${ERASE_LINE}${line()}` : `${line()}\n`);
  const timer = setInterval(show, isTerminal ? terminalEveryMs : linesEveryMs);
  return () => {
    clearInterval(timer);
    if (isTerminal) output.write(ERASE_LINE);
  };
}
