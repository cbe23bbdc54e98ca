/** Tracing with the OpenTelemetry SDK and OTLP export. Loaded only if tracing is on. */
import { hostname } from 'node:os';
import {
  type Context,
  DiagLogLevel,
  diag,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { ExportResultCode, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { systemClock } from '../clock.ts';
import { RetryLog } from '../retry-log.ts';
import { acceptTraceparent, isSampled, spanIdOf, traceIdOf } from '../trace.ts';
import type { SamplerName, TracingSettings } from './config.ts';
import type { Span, SpanAttributes, SpanKind, Tracer } from './tracer.ts';

/** Starts recording and exporting. `stop` exports the remaining spans. */
export function traceByOtlp(
  service: string,
  version: string,
  settings: TracingSettings,
  logger: Logger,
): { tracer: Tracer; stop: () => Promise<void> } {
  const log = new RetryLog(systemClock, logger, 'traces could not be exported');
  setGlobalErrorHandler((error) => log.failed(error));
  const note = (message: string) => logger.warn({ opentelemetry: message }, 'OpenTelemetry');
  diag.setLogger(
    { error: note, warn: note, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const exporter = new OTLPTraceExporter({
    url: settings.url,
    headers: { ...settings.headers },
    timeoutMillis: settings.timeoutMs,
    compression: settings.compression as never,
  });
  const send = exporter.export.bind(exporter);
  exporter.export = (spans, onResult) =>
    send(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) log.succeeded();
      onResult(result);
    });
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.namespace': 'mo',
        'service.version': version,
        'service.instance.id': `${hostname()}/${process.pid}`,
        ...settings.resource,
        'service.name': settings.serviceName ?? service,
      }),
    ),
    sampler: samplerOf(settings.sampler, settings.ratio),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: settings.scheduleDelayMs,
        exportTimeoutMillis: settings.exportTimeoutMs,
        maxQueueSize: settings.queueSpansMax,
        maxExportBatchSize: settings.batchSpansMax,
      }),
    ],
  });
  return { tracer: new OtlpTracer(provider.getTracer('mo', version)), stop: () => provider.shutdown() };
}

function samplerOf(name: SamplerName, ratio: number): Sampler {
  const [, based, root] = /^(parentbased_)?(.+)$/.exec(name) as unknown as [string, string | undefined, string];
  const sampler = rootSamplerOf(root, ratio);
  return based === undefined ? sampler : new ParentBasedSampler({ root: sampler });
}

function rootSamplerOf(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler();
  return name === 'always_off' ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
}

const KINDS: Readonly<Record<SpanKind, OtelSpanKind>> = {
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
};

class OtlpTracer implements Tracer {
  readonly #tracer: OtelTracer;

  constructor(tracer: OtelTracer) {
    this.#tracer = tracer;
  }

  begin(kind: SpanKind, name: string, parent: string | null, attributes: SpanAttributes): Span | null {
    // The creator of the context has decided on sampling for all calls that follow from it.
    if (parent === null || !isSampled(parent)) return null;
    const context = contextOf(parent, kind === 'server' || kind === 'consumer');
    if (context === null) return null;
    const span = this.#tracer.startSpan(name, { kind: KINDS[kind], attributes }, context);
    return span.isRecording() ? new OtlpSpan(this.#tracer, span) : null;
  }

  enter(name: string, parent: string | null, attributes: SpanAttributes): { traceparent: string; span: Span | null } {
    const context = (parent === null ? null : contextOf(parent, true)) ?? ROOT_CONTEXT;
    const span = this.#tracer.startSpan(name, { kind: OtelSpanKind.SERVER, attributes }, context);
    if (span.isRecording()) {
      const recorded = new OtlpSpan(this.#tracer, span);
      return { traceparent: recorded.traceparent, span: recorded };
    }
    return { traceparent: traceparentOf(span), span: null };
  }
}

class OtlpSpan implements Span {
  readonly #tracer: OtelTracer;
  readonly #span: OtelSpan;
  readonly traceparent: string;

  constructor(tracer: OtelTracer, span: OtelSpan) {
    this.#tracer = tracer;
    this.#span = span;
    this.traceparent = traceparentOf(span);
  }

  child(kind: SpanKind, name: string, attributes: SpanAttributes): Span {
    const context = trace.setSpan(ROOT_CONTEXT, this.#span);
    return new OtlpSpan(this.#tracer, this.#tracer.startSpan(name, { kind: KINDS[kind], attributes }, context));
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end(failure?: string): void {
    if (failure !== undefined) {
      this.#span.setAttribute('error.type', failure);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

function traceparentOf(span: OtelSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

/** @param isRemote whether the parent is a span of another process */
function contextOf(traceparent: string, isRemote: boolean): Context | null {
  const accepted = acceptTraceparent(traceparent);
  if (accepted === null) return null;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: traceIdOf(accepted) as string,
    spanId: spanIdOf(accepted),
    traceFlags: isSampled(accepted) ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote,
  });
}
