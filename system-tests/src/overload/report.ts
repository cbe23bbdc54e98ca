/** The result of an overload as text. */
import { type Histogram, percentileMs } from '@mo/load';
import type { StretchResult } from './generator.ts';
import { type OverloadResult, perSecond } from './overload.ts';
import { cpuShareOf, growthOf, type Samples } from './processes.ts';
import { byStatus } from './tally.ts';

export function renderText(result: OverloadResult): string {
  const { best, overload, offeredPerSecond, callers, samples, recoveredMs, settledMs, lost } = result;
  const share = (overload.counts.done / overload.seconds / (best.counts.done / best.seconds)) * 100;
  return [
    '',
    `best      ${callers} callers in a closed loop`,
    ...stretchLines(best),
    `overload  ${offeredPerSecond} arrivals/s in an open loop`,
    ...stretchLines(overload),
    `goodput   ${share.toFixed(0)} % of the best`,
    '',
    ...memoryLines(samples),
    '',
    ...queueLines(samples),
    '',
    `afterwards: ready and fast again after ${secondsOf(recoveredMs)}, settled after ${secondsOf(settledMs)}, ` +
      `${lost.length} acknowledged writes lost or duplicated`,
    '',
  ].join('\n');
}

function stretchLines(stretch: StretchResult): string[] {
  const { counts, sent, unsent, seconds, socketsMax, lateMsMax, cpuShare } = stretch;
  const statuses = [...byStatus(counts)].map(
    ([status, times]) => `${status} ${((times / sent) * 100).toFixed(2)} % (${times})`,
  );
  const latency = (of: Histogram) =>
    `p50 ${percentileMs(of, 0.5).toFixed(1)} ms, p99 ${percentileMs(of, 0.99).toFixed(1)} ms`;
  return [
    `  ${sent} sent in ${seconds.toFixed(0)} s, ${perSecond(stretch)} completed/s; answers: ${statuses.join(', ')}`,
    `  latency of completed ones: ${latency(counts.doneLatency)}; of 429 and 503: ${latency(counts.refusedLatency)}`,
    `  429 and 503 without Retry-After: ${counts.withoutRetryAfter}; errors that are no problem+json: ${counts.withoutProblem}`,
    `  generator: ${(cpuShare * 100).toFixed(0)} % of a core, at most ${socketsMax} sockets, ${unsent} arrivals without one, ` +
      `at most ${lateMsMax.toFixed(0)} ms late`,
  ];
}

function memoryLines(samples: Samples): string[] {
  const head =
    'process        RSS MiB: in each third, per minute         heap MiB: the same                             CPU';
  const lines = [...samples].map(([name, of]) => {
    const figures = (['residentMib', 'heapMib'] as const).map((figure) => {
      const { firstMib, secondMib, lastMib, mibPerMinute } = growthOf(of, figure);
      return [firstMib, secondMib, lastMib, mibPerMinute].map(column).join(' ');
    });
    return `${name.padEnd(14)} ${figures.join('    ')}   ${(cpuShareOf(of) * 100).toFixed(0).padStart(10)} %`;
  });
  return [head, ...lines];
}

function queueLines(samples: Samples): string[] {
  return [...samples].flatMap(([name, of]) => {
    const gauges = [...new Set(of.flatMap(({ queues }) => [...queues.keys()]))];
    return gauges.map((gauge) => {
      const values = of.flatMap(({ queues }) => queues.get(gauge) ?? []);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return `${name.padEnd(14)} ${gauge.padEnd(26)} mean ${column(mean)}, max ${column(Math.max(...values))}`;
    });
  });
}

const column = (value: number): string => value.toFixed(1).padStart(9);
const secondsOf = (ms: number | null): string => (ms === null ? 'too long' : `${(ms / 1000).toFixed(1)} s`);
