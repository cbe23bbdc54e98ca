/**
 * The supported standard variables of OpenTelemetry, validated like all others. Setting an endpoint enables tracing.
 */
import { z } from 'zod';
import { ConfigError } from '../config.ts';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

const SAMPLER_DEFAULT: SamplerName = 'parentbased_traceidratio';
/** One request in a hundred: enough to see where time is spent, at a negligible cost. */
const RATIO_DEFAULT = 0.01;
const EXPORT_TIMEOUT_MS_DEFAULT = 10_000;
const SCHEDULE_DELAY_MS_DEFAULT = 5_000;
/** The maximum number of spans waiting for export; further ones are dropped. */
const QUEUE_SPANS_MAX_DEFAULT = 2_048;
const BATCH_SPANS_MAX_DEFAULT = 512;

const millis = z.coerce.number().int().min(1, 'must be milliseconds, at least 1').optional();
const count = z.coerce.number().int().min(1, 'must be at least 1').optional();
const url = z.string().refine(isHttpUrl, 'must be a URL such as http://127.0.0.1:4318').optional();
/** Percent-encoded, as in W3C Baggage. */
const pairs = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '')
      .map(pairOf),
  )
  .refine((list) => list.every((pair) => pair !== null), 'must be a list such as name=value,other=value')
  .transform((list) => Object.fromEntries(list.filter((pair) => pair !== null)))
  .optional();
const protocol = z.literal('http/json', 'must be http/json, the only supported protocol').optional();

/** The tracing variables that every process reads. */
export const tracingConfig = {
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_HEADERS: pairs,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs,
  OTEL_EXPORTER_OTLP_TIMEOUT: millis,
  OTEL_EXPORTER_OTLP_COMPRESSION: z.enum(['none', 'gzip']).optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs,
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).optional(),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).optional(),
  OTEL_BSP_SCHEDULE_DELAY: millis,
  OTEL_BSP_EXPORT_TIMEOUT: millis,
  OTEL_BSP_MAX_QUEUE_SIZE: count,
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count,
};

type TracingConfig = z.infer<z.ZodObject<typeof tracingConfig>>;

/** How traces are recorded, and where they are exported to. */
export interface TracingSettings {
  /** The full URL that spans are posted to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly compression: 'none' | 'gzip';
  readonly serviceName: string | null;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  readonly ratio: number;
  readonly scheduleDelayMs: number;
  readonly exportTimeoutMs: number;
  readonly queueSpansMax: number;
  readonly batchSpansMax: number;
}

/**
 * Derives the settings from the variables; null if tracing is off.
 *
 * @throws ConfigError if two of them contradict each other
 */
export function tracingSettings(config: TracingConfig): TracingSettings | null {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  const target = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (endpoint && `${endpoint.replace(/\/$/, '')}/v1/traces`);
  if (config.OTEL_SDK_DISABLED === 'true' || config.OTEL_TRACES_EXPORTER === 'none' || !target) return null;
  const queueSpansMax = config.OTEL_BSP_MAX_QUEUE_SIZE ?? QUEUE_SPANS_MAX_DEFAULT;
  const batchSpansMax = config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE ?? Math.min(BATCH_SPANS_MAX_DEFAULT, queueSpansMax);
  if (batchSpansMax > queueSpansMax)
    throw new ConfigError(`OTEL_BSP_MAX_EXPORT_BATCH_SIZE must not exceed the queue size of ${queueSpansMax}`);
  const timeoutMs = config.OTEL_EXPORTER_OTLP_TIMEOUT ?? EXPORT_TIMEOUT_MS_DEFAULT;
  return {
    url: target,
    headers: { ...config.OTEL_EXPORTER_OTLP_HEADERS, ...config.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
    timeoutMs,
    compression: config.OTEL_EXPORTER_OTLP_COMPRESSION ?? 'none',
    serviceName: config.OTEL_SERVICE_NAME ?? null,
    resource: config.OTEL_RESOURCE_ATTRIBUTES ?? {},
    sampler: config.OTEL_TRACES_SAMPLER ?? SAMPLER_DEFAULT,
    ratio: config.OTEL_TRACES_SAMPLER_ARG ?? RATIO_DEFAULT,
    scheduleDelayMs: config.OTEL_BSP_SCHEDULE_DELAY ?? SCHEDULE_DELAY_MS_DEFAULT,
    exportTimeoutMs: config.OTEL_BSP_EXPORT_TIMEOUT ?? timeoutMs,
    queueSpansMax,
    batchSpansMax,
  };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function pairOf(text: string): [string, string] | null {
  const [, name, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(text) ?? [];
  try {
    return name === undefined || value === undefined ? null : [name, decodeURIComponent(value)];
  } catch {
    return null;
  }
}
