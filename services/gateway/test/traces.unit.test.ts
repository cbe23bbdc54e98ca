import { type Collector, type ExportedSpan, startCollector } from '@mo/dev-stack/collector';
import { spanIdOf, traceIdOf, tracingSettings } from '@mo/service-kit';
import { KEY, startGateway, startStub, stopAll } from './support.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await stopAll();
  await collector.close();
});

const tracedTo = ({ endpoint }: Collector) =>
  tracingSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: 1 });
const named = (name: string): ExportedSpan[] => collector.spans.filter((span) => span.name === name);

describe.each([
  ['together with others', { byHttp: false }],
  ['by HTTP', { byHttp: true }],
])('a call that is sent on %s', (_, way) => {
  it('is a span of a new trace with its attempt as child, which the service receives', async () => {
    const stub = await startStub(undefined, way);
    const gateway = await startGateway({ replicas: [stub], tracing: tracedTo(collector) });
    await gateway.call('POST', '/api/loans', { body: '{}' });
    await gateway.stop();
    const [call] = named('POST /api/loans');
    const [attempt] = named('POST loans');
    expect(call).toMatchObject({
      kind: 'server',
      parentSpanId: null,
      attributes: { 'http.route': '/api/loans', 'http.response.status_code': 200 },
      resource: { 'service.name': 'gateway', 'service.version': 'test' },
    });
    expect(attempt).toMatchObject({
      kind: 'client',
      traceId: call?.traceId,
      parentSpanId: call?.spanId,
      attributes: { 'server.address': '127.0.0.1', 'server.port': stub.port, 'http.response.status_code': 200 },
    });
    const told = stub.requests.at(-1)?.headers.traceparent as string;
    expect([traceIdOf(told), spanIdOf(told), told.slice(-2)]).toEqual([call?.traceId, attempt?.spanId, '01']);
  });
});

it('each attempt is a span of its own, which the service receives', async () => {
  const stub = await startStub((request, response) => {
    if (stub.requests.length === 1) return void request.resume().on('end', () => response.destroy());
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const gateway = await startGateway({ replicas: [stub], tracing: tracedTo(collector) });
  await gateway.call('GET', '/api/loans/1');
  await gateway.stop();
  const attempts = named('GET loans');
  expect(attempts.map(({ isError, attributes }) => [isError, attributes['error.type']])).toEqual([
    [true, 'reset'],
    [false, undefined],
  ]);
  expect(attempts[1]?.attributes['http.request.resend_count']).toBe(1);
  expect(stub.requests.map(({ headers }) => spanIdOf(headers.traceparent as string))).toEqual(
    attempts.map(({ spanId }) => spanId),
  );
});

it('a trace that is not recorded is passed on as such, without a span', async () => {
  const stub = await startStub();
  const gateway = await startGateway({ replicas: [stub], tracing: tracedTo(collector) });
  await gateway.call('GET', '/api/loans/1', { headers: { traceparent: `00-${TRACE}-${SPAN}-00` } });
  await gateway.stop();
  const told = stub.requests.at(-1)?.headers.traceparent as string;
  expect([traceIdOf(told), told.slice(-2)]).toEqual([TRACE, '00']);
  expect(collector.spans).toEqual([]);
});

it('a caller without a key starts no trace', async () => {
  const gateway = await startGateway({ tracing: tracedTo(collector) });
  const headers = { authorization: `Bearer not-${KEY}`, traceparent: `00-${TRACE}-${SPAN}-01` };
  expect((await gateway.call('GET', '/api/loans/1', { headers })).status).toBe(401);
  await gateway.stop();
  expect(collector.spans).toEqual([]);
});
