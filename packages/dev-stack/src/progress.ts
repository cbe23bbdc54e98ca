/** Takes one line for the person at the console. */
export type Log = (line: string) => void;

const stillAtItMs = 5_000;

/** A log that puts the seconds since `startedAt` (ms) before each line. */
export function elapsedLog(write: Log, startedAt = Date.now()): Log {
  return (line) => write(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);
}

/** Says what is being done, and again every 5 s while it goes on, with what `detail` has to add. */
export async function step<T>(log: Log, what: string, work: () => Promise<T>, detail?: () => string): Promise<T> {
  const startedAt = Date.now();
  log(`${what} …`);
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const more = detail?.();
    log(`${what} … ${seconds} s${more ? `, ${more}` : ''}`);
  }, stillAtItMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
