/** Event-loop lag, under the names that prom-client uses for its own metrics of it. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** The sampling interval. prom-client samples every 10 ms, which wakes an idle process a hundred times a second. */
const LOOK_MS = 100;
const NS_PER_MS = 1_000_000;
const MS_PER_S = 1_000;
const NS_PER_S = 1_000_000_000;

const TOLD: Readonly<Record<string, readonly [help: string, read: (lags: RecordableHistogram) => number]>> = {
  min: ['The least that the event loop was late', (lags) => lags.min],
  max: ['The most that the event loop was late', (lags) => lags.max],
  mean: ['How late the event loop was on average', (lags) => lags.mean],
  stddev: ['By how much the lateness of the event loop varied', (lags) => lags.stddev],
  p50: ['The event loop was at most so late half of the time', (lags) => lags.percentile(50)],
  p90: ['The event loop was at most so late 90 % of the time', (lags) => lags.percentile(90)],
  p99: ['The event loop was at most so late 99 % of the time', (lags) => lags.percentile(99)],
};

const NAME = 'nodejs_eventloop_lag';

/** Replaces prom-client's metrics by ones that cover the time since the last collection, in seconds. */
export function watchLoopLag(registry: Registry): void {
  const lags = createHistogram();
  let lastMs = performance.now();
  let lateMs = 0;
  setInterval(() => {
    const nowMs = performance.now();
    lateMs = Math.max(0, nowMs - lastMs - LOOK_MS);
    lags.record(Math.max(1, Math.round(lateMs * NS_PER_MS)));
    lastMs = nowMs;
  }, LOOK_MS).unref();
  const make = (name: string, help: string, collect?: () => void): Gauge => {
    registry.removeSingleMetric(name);
    return new Gauge({ name, help, registers: [registry], ...(collect && { collect }) });
  };
  // The metric that is collected first sets the others, which are collected after it.
  const last = make(`${NAME}_seconds`, 'How late the event loop was at the last look', () => {
    last.set(lateMs / MS_PER_S);
    if (lags.count === 0) return;
    for (const { gauge, read } of others) gauge.set(read(lags) / NS_PER_S);
    lags.reset();
  });
  const others = Object.entries(TOLD).map(([what, [help, read]]) => ({
    gauge: make(`${NAME}_${what}_seconds`, help),
    read,
  }));
}
