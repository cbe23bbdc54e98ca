import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A process's metrics, in the names and base units that Prometheus asks for. */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export function httpDuration(registry: Registry) {
  return new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: LATENCY_BUCKETS_S,
    registers: [registry],
  });
}

export function sizeHistogram(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  return new Histogram({ name, help, labelNames, buckets: SIZE_BUCKETS, registers: [registry] });
}

export function counter(registry: Registry, name: string, help: string, labelNames: string[] = []) {
  return new Counter({ name, help, labelNames, registers: [registry] });
}

/** A gauge that is read when it is asked for; without a reader it is set. */
export function gauge(registry: Registry, name: string, help: string, labelNames: string[] = [], read?: () => number) {
  return new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    ...(read === undefined
      ? {}
      : {
          collect() {
            this.set(read());
          },
        }),
  });
}
