/** An OpenTelemetry collector for tests: receives traces as OTLP over HTTP, in JSON. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from './listen.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_ERROR = 2;

/** A span as received. */
export interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly attributes: Readonly<Record<string, string | number>>;
  /** The attributes of the process that recorded the span. */
  readonly resource: Readonly<Record<string, string | number>>;
  readonly isError: boolean;
  /** In ms since the epoch. */
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface Collector {
  /** The value for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** The spans received so far, in order of arrival. */
  readonly spans: readonly ExportedSpan[];
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/** Starts a collector on a free port of this machine. */
export async function startCollector(): Promise<Collector> {
  const spans: ExportedSpan[] = [];
  const requests: Collector['requests'][number][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers });
      spans.push(...spansIn(JSON.parse(Buffer.concat(chunks).toString()) as OtlpExport));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    requests,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close().closeAllConnections();
      await closed;
    },
  };
}

/** The fields read here of opentelemetry/proto/collector/trace/v1, ExportTraceServiceRequest. */
interface OtlpExport {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status?: { code?: number };
  attributes?: OtlpAttribute[];
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface OtlpAttribute {
  key: string;
  value: Record<string, string | number>;
}

function spansIn({ resourceSpans }: OtlpExport): ExportedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => readSpan(span, attributesOf(resource.attributes)))),
  );
}

function readSpan(span: OtlpSpan, resource: ExportedSpan['resource']): ExportedSpan {
  const { traceId, spanId, parentSpanId, name, kind, status, attributes, startTimeUnixNano, endTimeUnixNano } = span;
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId || null,
    name,
    kind: KINDS[kind] ?? 'unspecified',
    attributes: attributesOf(attributes),
    resource,
    isError: status?.code === STATUS_ERROR,
    beganMs: Number(startTimeUnixNano) / 1e6,
    endedMs: Number(endTimeUnixNano) / 1e6,
  };
}

const attributesOf = (list: OtlpAttribute[] = []) =>
  Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0] as string | number]));
