/** What must hold of an overload. */
import type { OverloadResult } from './overload.ts';
import { growthOf } from './processes.ts';
import { byStatus } from './tally.ts';

/**
 * How much more memory a process may hold in the last third of the overload than in the second, in MiB. In the first third
 * it grows to its size: pools, buffers, compiled code, and a heap that V8 lets grow until collecting pays.
 */
export const GROWTH_MIB_MAX = 32;
const THIRDS = 3;
/** How many of the arrivals the generator may fail to offer for want of a socket, most of them while it opens the first. */
const UNSENT_SHARE_MAX = 0.05;
/** How much of its best the system must keep doing. */
export const GOODPUT_SHARE_MIN = 0.5;

/** Every rule that was broken, in words; an empty list where all hold. */
export function brokenRules(result: OverloadResult): string[] {
  const { unsent, sent } = result.overload;
  return [
    ...brokenAnswers(result),
    ...brokenAfterwards(result),
    ...brokenMemory(result),
    ...brokenGoodput(result),
    ...(unsent > UNSENT_SHARE_MAX * (sent + unsent)
      ? [`the load generator had no socket for ${unsent} of ${sent + unsent} arrivals`]
      : []),
  ];
}

/** The rules that hold however short and however disturbed a run is. */
export function brokenAnswers({ best, overload }: OverloadResult): string[] {
  const broken: string[] = [];
  for (const { counts } of [best, overload]) {
    for (const [status, times] of byStatus(counts)) {
      const isFault = status.startsWith('broken') || (status.startsWith('5') && status !== '503');
      if (isFault || status === '400') broken.push(`${times} requests were answered with ${status}`);
    }
    if (counts.withoutRetryAfter > 0) broken.push(`${counts.withoutRetryAfter} of 429 and 503 had no Retry-After`);
    if (counts.withoutProblem > 0) broken.push(`${counts.withoutProblem} errors were no problem+json`);
  }
  return broken;
}

export function brokenAfterwards({ recoveredMs, settledMs, lost }: OverloadResult): string[] {
  return [
    ...(recoveredMs === null ? ['the system was not ready and fast again in time'] : []),
    ...(settledMs === null ? ['the databases did not agree in time'] : []),
    ...lost.slice(0, 10).map((what) => `an acknowledged write is not there once: ${what}`),
  ];
}

/** An overload that is too short for one sample per third is not checked for memory growth. */
function brokenMemory({ samples }: OverloadResult): string[] {
  return [...samples].flatMap(([name, of]) => {
    if (of.length < THIRDS) return [];
    const { secondMib, lastMib } = growthOf(of, 'residentMib');
    return lastMib - secondMib <= GROWTH_MIB_MAX
      ? []
      : [`${name} grew from ${secondMib.toFixed(0)} to ${lastMib.toFixed(0)} MiB`];
  });
}

function brokenGoodput({ best, overload }: OverloadResult): string[] {
  const share = overload.counts.done / overload.seconds / (best.counts.done / best.seconds);
  return share >= GOODPUT_SHARE_MIN ? [] : [`only ${(share * 100).toFixed(0)} % of the best was done under overload`];
}
