/**
 * How a process is asked to go, ever less politely: each step's signal is sent once its time has come, and the last
 * one is SIGKILL, so that every stop ends.
 */
export type Ladder = readonly { readonly signal: NodeJS.Signals; readonly afterMs: number }[];

/** What each kind of process is given to stop in order. */
export const ladders = {
  /** A service drains its requests first. */
  service: [
    { signal: 'SIGTERM', afterMs: 0 },
    { signal: 'SIGKILL', afterMs: 15_000 },
  ],
  /** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one: recovery follows at the next start. */
  postgres: [
    { signal: 'SIGINT', afterMs: 0 },
    { signal: 'SIGQUIT', afterMs: 10_000 },
    { signal: 'SIGKILL', afterMs: 12_000 },
  ],
  /** A download, or whatever else can be begun anew. */
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

/** The same steps in at most 1.5 s, for when nobody is left to wait or somebody has lost patience. */
export function hurried(ladder: Ladder): Ladder {
  const lastMs = Math.max(...ladder.map((step) => step.afterMs), 1);
  const scale = Math.min(1, hurriedMsMax / lastMs);
  return ladder.map((step) => ({ signal: step.signal, afterMs: Math.round(step.afterMs * scale) }));
}

/** Climbs the ladder until `gone` settles. `signal` sends one signal; a process that is gone already is no error. */
export async function climb(ladder: Ladder, signal: (name: NodeJS.Signals) => void, gone: Promise<unknown>) {
  const timers = ladder.map((step) => setTimeout(() => signal(step.signal), step.afterMs));
  try {
    await gone;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
