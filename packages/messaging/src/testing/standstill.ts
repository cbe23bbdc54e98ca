/** Shorter than every time limit of a service for a call. */
const STANDSTILL_MS = 500;
const LOOK_MS = 50;

export type StandstillWatch = ReturnType<typeof watchStandstill>;

/** Watches whether this process stands still, because it or its machine gets no time to run. */
export function watchStandstill() {
  const beganMs = performance.now();
  let lookedMs = beganMs;
  let hasStood = false;
  const look = () => {
    const nowMs = performance.now();
    if (nowMs - lookedMs > STANDSTILL_MS) hasStood = true;
    lookedMs = nowMs;
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    /** Whether the process has stood still since the start. */
    hasStood: (): boolean => {
      look();
      return hasStood;
    },
    /** The time since the start. */
    ms: (): number => performance.now() - beganMs,
    end: () => clearInterval(timer),
  };
}
