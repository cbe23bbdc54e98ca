/** Shows how far the command is: a line that is rewritten on a terminal, now and then a new line elsewhere. */
const TERMINAL_EVERY_MS = 200;
const LINES_EVERY_MS = 10_000;
const ERASE_LINE = '\r\u001b[K';

/** Starts showing `done()` of `total` messages; the function that it returns ends that. */
export function showProgress(
  total: number,
  done: () => number,
  output: { readonly isTTY?: boolean; write(text: string): unknown },
): () => void {
  const isTerminal = output.isTTY === true;
  const line = () => `${done()} of ${total} messages`;
  const show = () => output.write(isTerminal ? `${ERASE_LINE}${line()}` : `${line()}\n`);
  const timer = setInterval(show, isTerminal ? TERMINAL_EVERY_MS : LINES_EVERY_MS);
  return () => {
    clearInterval(timer);
    if (isTerminal) output.write(ERASE_LINE);
  };
}
