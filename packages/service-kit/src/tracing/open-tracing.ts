import type { Logger } from 'pino';
import type { TracingSettings } from './config.ts';
import type { Tracer } from './tracer.ts';

export interface Tracing {
  /** Null if tracing is off. */
  readonly tracer: Tracer | null;
  /** Exports the remaining spans. */
  stop(): Promise<void>;
}

const OFF: Tracing = { tracer: null, stop: () => Promise.resolve() };

/** Starts tracing according to the settings. Without settings, not even the code is loaded. */
export async function openTracing(
  service: string,
  version: string,
  settings: TracingSettings | null,
  logger: Logger,
): Promise<Tracing> {
  if (settings === null) return OFF;
  const { traceByOtlp } = await import('./otlp.ts');
  logger.info({ sampler: settings.sampler, ratio: settings.ratio }, 'traces are recorded');
  return traceByOtlp(service, version, settings, logger);
}
