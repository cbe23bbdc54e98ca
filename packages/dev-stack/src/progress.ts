/** Shows one line to the user at the console. */
export type Log = (line: string) => void;

const repeatEveryMs = 5_000;

/** A log that prefixes each line with the seconds since `startedAt` (ms). */
export function elapsedLog(write: Log, startedAt = Date.now()): Log {
  return (line) => write(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);
}

/** Logs that a task has started, and again every 5 s until it ends, followed by `detail`. */
export async function step<T>(log: Log, task: string, work: () => Promise<T>, detail?: () => string): Promise<T> {
  const startedAt = Date.now();
  log(`${task} …`);
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const more = detail?.();
    log(`${task} … ${seconds} s${more ? `, ${more}` : ''}`);
  }, repeatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
