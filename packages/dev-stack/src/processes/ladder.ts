/**
 * How a process is stopped: a series of increasingly forceful signals, each sent after its delay. The last one is
 * SIGKILL, so that every stop ends.
 */
export type Ladder = readonly { readonly signal: NodeJS.Signals; readonly afterMs: number }[];

/** The ladder of each kind of process. */
export const ladders = {
  /** A service drains its requests first. */
  service: [
    { signal: 'SIGTERM', afterMs: 0 },
    { signal: 'SIGKILL', afterMs: 15_000 },
  ],
  /** SIGINT is PostgreSQL's fast shutdown. SIGQUIT is its immediate one, with recovery at the next start. */
  postgres: [
    { signal: 'SIGINT', afterMs: 0 },
    { signal: 'SIGQUIT', afterMs: 10_000 },
    { signal: 'SIGKILL', afterMs: 12_000 },
  ],
  /** A download or other work that can be repeated. */
  tool: [
    { signal: 'SIGTERM', afterMs: 0 },
    { signal: 'SIGKILL', afterMs: 1_000 },
  ],
  kafka: [
    { signal: 'SIGTERM', afterMs: 0 },
    { signal: 'SIGKILL', afterMs: 15_000 },
  ],
} as const satisfies Record<string, Ladder>;

const hurriedMsMax = 1_500;

/** The same steps within 1.5 s, for a supervisor that has died or a user who asks a second time. */
export function hurried(ladder: Ladder): Ladder {
  const lastMs = Math.max(...ladder.map((step) => step.afterMs), 1);
  const scale = Math.min(1, hurriedMsMax / lastMs);
  return ladder.map((step) => ({ signal: step.signal, afterMs: Math.round(step.afterMs * scale) }));
}

/**
 * Sends the signals of the ladder until the process is gone. Each step begins when the one before has ended, so that a
 * pause of this process shortens only the step in which it happens.
 *
 * @param gone settles when the process is gone, which it may be already
 * @param goneMsMax the longest wait after the last signal; without a limit by default
 * @returns whether the process is gone
 */
export async function climb(
  ladder: Ladder,
  signal: (name: NodeJS.Signals) => void,
  gone: Promise<unknown>,
  goneMsMax?: number,
): Promise<boolean> {
  let sentMs = 0;
  for (const step of ladder) {
    if (await settlesWithin(gone, step.afterMs - sentMs)) return true;
    signal(step.signal);
    sentMs = step.afterMs;
  }
  if (goneMsMax !== undefined) return settlesWithin(gone, goneMsMax);
  await gone;
  return true;
}

async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(late.resolve, ms, false);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
