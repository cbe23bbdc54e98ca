/** The rules of an overload. */
import type { OverloadResult } from './overload.ts';
import { growthOf } from './processes.ts';
import { byStatus } from './tally.ts';

/**
 * The largest growth of a process from the second third of the overload to the last one, in MiB. In the first third a
 * process grows to its working size: pools, buffers, compiled code, and a heap that V8 expands until collections pay
 * off.
 */
export const GROWTH_MIB_MAX = 32;
const THIRDS = 3;
/** The largest share of arrivals without a free socket, most of them while the generator opens its first sockets. */
const UNSENT_SHARE_MAX = 0.05;
/** The smallest acceptable throughput under overload, as a share of the best rate. */
export const GOODPUT_SHARE_MIN = 0.5;

/** The violated rules in words; empty if all hold. */
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

/** The rules that hold even in a short or disturbed run. */
export function brokenAnswers({ best, overload }: OverloadResult): string[] {
  const broken: string[] = [];
  for (const { counts } of [best, overload]) {
    for (const [status, times] of byStatus(counts)) {
      const isFault = status.startsWith('broken') || (status.startsWith('5') && status !== '503');
      if (isFault || status === '400') broken.push(`${times} requests ended with ${status}`);
    }
    if (counts.withoutRetryAfter > 0)
      broken.push(`${counts.withoutRetryAfter} answers of 429 and 503 had no Retry-After`);
    if (counts.withoutProblem > 0) broken.push(`${counts.withoutProblem} errors were no problem+json`);
  }
  return broken;
}

export function brokenAfterwards({ recoveredMs, settledMs, lost }: OverloadResult): string[] {
  return [
    ...(recoveredMs === null ? ['the system was not ready and fast again in time'] : []),
    ...(settledMs === null ? ['the databases did not agree in time'] : []),
    ...lost.slice(0, 10).map((what) => `an acknowledged write is lost or duplicated: ${what}`),
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
  return share >= GOODPUT_SHARE_MIN
    ? []
    : [`only ${(share * 100).toFixed(0)} % of the best rate was achieved under overload`];
}
