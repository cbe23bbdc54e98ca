import { poll } from './poll.ts';

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

/** Climbs the ladder until `gone` settles. `signal` sends one signal; the process may already be gone. */
export async function climb(ladder: Ladder, signal: (name: NodeJS.Signals) => void, gone: Promise<unknown>) {
  const timers = ladder.map((step) => setTimeout(() => signal(step.signal), step.afterMs));
  try {
    await gone;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

const pollEveryMs = 20;

/**
 * Sends the signals of the ladder until the process is gone. Each wait begins when its signal is sent, so that a pause of
 * this process doesn't shorten the ladder.
 *
 * @param goneMsMax the longest wait after the last signal
 * @returns whether the process is gone
 */
export async function climbStepwise(
  ladder: Ladder,
  signal: (name: NodeJS.Signals) => void,
  isGone: () => boolean,
  goneMsMax: number,
): Promise<boolean> {
  for (const [place, step] of ladder.entries()) {
    signal(step.signal);
    const next = ladder[place + 1];
    if (await poll(isGone, next === undefined ? goneMsMax : next.afterMs - step.afterMs, pollEveryMs)) return true;
  }
  return false;
}
