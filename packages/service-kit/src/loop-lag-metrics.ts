/** Event-loop lag, under the names that prom-client uses for its own metrics of it. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** The sampling interval. prom-client samples every 10 ms, which wakes an idle process a hundred times a second. */
const SAMPLE_MS = 100;
const NS_PER_MS = 1_000_000;
const MS_PER_S = 1_000;
const NS_PER_S = 1_000_000_000;

const STATISTICS: Readonly<Record<string, readonly [help: string, read: (lags: RecordableHistogram) => number]>> = {
  min: ['Minimum event loop lag since the last scrape', (lags) => lags.min],
  max: ['Maximum event loop lag since the last scrape', (lags) => lags.max],
  mean: ['Mean event loop lag since the last scrape', (lags) => lags.mean],
  stddev: ['Standard deviation of the event loop lag since the last scrape', (lags) => lags.stddev],
  p50: ['Median event loop lag since the last scrape', (lags) => lags.percentile(50)],
  p90: ['90th percentile of the event loop lag since the last scrape', (lags) => lags.percentile(90)],
  p99: ['99th percentile of the event loop lag since the last scrape', (lags) => lags.percentile(99)],
};

const NAME = 'nodejs_eventloop_lag';

/** Replaces prom-client's metrics by ones that cover the time since the last collection, in seconds. */
export function watchLoopLag(registry: Registry): void {
  const lags = createHistogram();
  let lastMs = performance.now();
  let lateMs = 0;
  setInterval(() => {
    const nowMs = performance.now();
    lateMs = Math.max(0, nowMs - lastMs - SAMPLE_MS);
    lags.record(Math.max(1, Math.round(lateMs * NS_PER_MS)));
    lastMs = nowMs;
  }, SAMPLE_MS).unref();
  const make = (name: string, help: string, collect?: () => void): Gauge => {
    registry.removeSingleMetric(name);
    return new Gauge({ name, help, registers: [registry], ...(collect && { collect }) });
  };
  // The metric that is collected first sets the others, which are collected after it.
  const last = make(`${NAME}_seconds`, 'Event loop lag at the last sample', () => {
    last.set(lateMs / MS_PER_S);
    if (lags.count === 0) return;
    for (const { gauge, read } of others) gauge.set(read(lags) / NS_PER_S);
    lags.reset();
  });
  const others = Object.entries(STATISTICS).map(([what, [help, read]]) => ({
    gauge: make(`${NAME}_${what}_seconds`, help),
    read,
  }));
}
