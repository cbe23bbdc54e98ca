import type { MuxServer } from '@mo/mux';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import { droppedLogLines } from './log.ts';
import { watchLoopLag } from './loop-lag-metrics.ts';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of a process, with names and base units as Prometheus recommends. */
export function createRegistry(service: string, version = 'dev'): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // prom-client's event-loop monitoring cannot be disabled, but can be made to sample practically never.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 2 ** 31 - 1 });
  watchLoopLag(registry);
  gauge(registry, 'mo_build_info', 'Always 1; the label names the running version', ['version']).set({ version }, 1);
  const active = 'Time in which the event loop was busy; a rate of 1 is saturation';
  countedElsewhere(
    registry,
    'mo_event_loop_active_seconds_total',
    active,
    () => performance.eventLoopUtilization().active / 1_000,
  );
  const dropped = 'Log lines that could not be written, as on a full disk';
  countedElsewhere(registry, 'mo_log_lines_dropped_total', dropped, droppedLogLines);
  return registry;
}

/** A counter whose value is read on collection. */
function countedElsewhere(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export function httpDuration(registry: Registry) {
  const help = 'Duration of requests, by route, method and status';
  return durationHistogram(registry, 'http_request_duration_seconds', help, ['route', 'method', 'status']);
}

export function durationHistogram(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  return new Histogram({ name, help, labelNames, buckets: LATENCY_BUCKETS_S, registers: [registry] });
}

export function sizeHistogram(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  return new Histogram({ name, help, labelNames, buckets: SIZE_BUCKETS, registers: [registry] });
}

export function counter(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** A gauge whose value is read on collection; without `read` it is set explicitly. */
export function gauge(registry: Registry, name: string, help: string, labelNames: string[] = [], read?: () => number) {
  if (read === undefined) return new Gauge({ name, help, labelNames, registers: [registry] });
  return gaugeOfMany(registry, name, help, labelNames, (metric) => metric.set(read()));
}

/** A gauge whose labels are all set on collection. */
export function gaugeOfMany(
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  set: (metric: Gauge) => void,
) {
  return new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      set(this);
    },
  });
}

/** The time limit of a count: an unresponsive database must not delay the other metrics. */
const COUNT_TIMEOUT_MS = 1_000;

export interface CountedGauge<T> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly count: () => Promise<T>;
  readonly set: (metric: Gauge, counted: T) => void;
  /**
   * Whether the last count is reported again when a count fails; otherwise nothing is reported instead of a possibly
   * outdated value.
   */
  readonly keepsLast: boolean;
}

/**
 * A gauge of data in a database, counted on collection: every process of a service reports the same value, also after a
 * restart. The count fails if the database does not answer within a second.
 */
export function countedGauge<T>(registry: Registry, clock: Clock, of: CountedGauge<T>): void {
  const { name, help, labelNames, count, set, keepsLast } = of;
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const late = clock.sleep(COUNT_TIMEOUT_MS).then(() => null);
      const counted = await Promise.race([count().catch(() => null), late]);
      if (counted !== null) return set(this, counted);
      if (keepsLast) return;
      this.reset();
      // For a metric without labels, the reset has left a 0.
      if (labelNames.length === 0) this.remove();
    },
  });
}

/** Metrics of calls that arrive by mux. */
export function watchMux(registry: Registry, muxes: readonly MuxServer[]): void {
  const sum = (of: (mux: MuxServer) => number) => () => muxes.reduce((total, mux) => total + of(mux), 0);
  const help = 'Multiplexed connections of gateways';
  gauge(
    registry,
    'mo_mux_connections',
    help,
    [],
    sum((mux) => mux.connections),
  );
  const ofCalls = 'Calls on multiplexed connections without an answer yet';
  gauge(
    registry,
    'mo_mux_calls_under_way',
    ofCalls,
    [],
    sum((mux) => mux.calls),
  );
}
