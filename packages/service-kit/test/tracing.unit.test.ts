/** Traces as they are exported. */

import { createServer } from 'node:http';
import { type Collector, startCollector } from '@mo/dev-stack/collector';
import { listen } from '@mo/dev-stack/listen';
import { waitFor } from '@mo/dev-stack/wait-for';
import fastify from 'fastify';
import {
  acceptTraceparent,
  endedBy,
  openTracing,
  ProblemError,
  sendAnswer,
  spanIdOf,
  type Tracing,
  traceCallers,
  traceIdOf,
  tracingSettings,
} from '../src/index.ts';
import { memoryLog, serverUnderTest } from './harness.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const SAMPLED = `00-${TRACE}-${SPAN}-01`;
const NOT_SAMPLED = `00-${TRACE}-${SPAN}-00`;

let collector: Collector;
let opened: Tracing[];

beforeEach(async () => {
  opened = [];
  collector = await startCollector();
});

afterEach(async () => {
  await Promise.all(opened.map((tracing) => tracing.stop()));
  await collector.close();
});

async function open(more: object = {}, log = memoryLog()) {
  const config = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_TRACES_SAMPLER_ARG: 1, ...more };
  const tracing = await openTracing('loans', '1.2.3', tracingSettings(config), log.logger);
  opened.push(tracing);
  if (tracing.tracer === null) throw new Error('traces are off');
  return { tracer: tracing.tracer, stop: () => tracing.stop() };
}

it('without an endpoint there is no tracer', async () => {
  expect((await openTracing('loans', 'dev', null, memoryLog().logger)).tracer).toBeNull();
});

it('a span continues the given trace, and is the parent of what follows', async () => {
  const { tracer, stop } = await open();
  const span = tracer.begin('server', 'GET /things', SAMPLED, { 'http.request.method': 'GET' });
  expect(traceIdOf(span?.traceparent ?? null)).toBe(TRACE);
  span?.child('client', 'GET loans', {}).end('timeout');
  span?.set({ 'http.response.status_code': 200 });
  span?.end();
  await stop();
  const [child, parent] = collector.spans;
  expect(parent).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, name: 'GET /things', kind: 'server' });
  expect(parent?.spanId).toBe(spanIdOf(span?.traceparent ?? ''));
  expect(parent?.attributes).toEqual({ 'http.request.method': 'GET', 'http.response.status_code': 200 });
  expect(child).toMatchObject({ traceId: TRACE, parentSpanId: parent?.spanId, kind: 'client', isError: true });
  expect(child?.attributes).toEqual({ 'error.type': 'timeout' });
});

it('is sent to the configured address, as the configured resource', async () => {
  const { tracer, stop } = await open({
    OTEL_EXPORTER_OTLP_HEADERS: { 'x-tenant': 'one' },
    OTEL_RESOURCE_ATTRIBUTES: { 'deployment.environment.name': 'test' },
  });
  tracer.begin('server', 'GET /things', SAMPLED, {})?.end();
  await stop();
  expect(collector.requests).toEqual([{ path: '/v1/traces', headers: expect.objectContaining({ 'x-tenant': 'one' }) }]);
  expect(collector.spans[0]?.resource).toMatchObject({
    'service.name': 'loans',
    'service.namespace': 'mo',
    'service.version': '1.2.3',
    'deployment.environment.name': 'test',
  });
});

it('a trace that is not recorded upstream is not recorded downstream', async () => {
  const { tracer, stop } = await open();
  const begun = [NOT_SAMPLED, null, 'garbage-that-ends-in-01', `00-${TRACE}-${'0'.repeat(16)}-01`];
  expect(begun.map((parent) => tracer.begin('consumer', 'process', parent, {}))).toEqual([null, null, null, null]);
  await stop();
  expect(collector.spans).toEqual([]);
});

describe('a request from outside', () => {
  it.each([
    ['begins a trace where it has none', {}, null, true, true],
    ['goes on with its own, recorded', {}, SAMPLED, true, false],
    ['goes on with its own, not recorded', {}, NOT_SAMPLED, false, false],
    ['is recorded by its share alone', { OTEL_TRACES_SAMPLER_ARG: 0 }, null, false, true],
    ['is not recorded for the asking', { OTEL_TRACES_SAMPLER: 'always_off' }, SAMPLED, false, false],
    ['is recorded, whatever it came with', { OTEL_TRACES_SAMPLER: 'always_on' }, NOT_SAMPLED, true, false],
  ])('%s', async (_, variables, parent, isRecorded, isNew) => {
    const { tracer } = await open(variables);
    const { span, traceparent } = tracer.enter('GET /things', parent, {});
    expect(acceptTraceparent(traceparent)).toBe(traceparent);
    expect(traceparent.endsWith(isRecorded ? '-01' : '-00')).toBe(true);
    expect([span !== null, traceIdOf(traceparent) !== TRACE]).toEqual([isRecorded, isNew]);
    span?.end();
  });
});

describe('the requests of a server', () => {
  it("are spans of their callers' traces, and their effects are child spans", async () => {
    const { tracer, stop } = await open();
    const { app, log } = serverUnderTest({ tracer });
    const seen: unknown[] = [];
    app.get('/things/:id', async ({ headers }) => void seen.push(headers.traceparent));
    app.get('/fail', () => Promise.reject(new ProblemError('unavailable', 'away')));
    await app.inject({ url: '/things/7?name=ada', headers: { traceparent: SAMPLED } });
    await app.inject({ url: '/fail', headers: { traceparent: SAMPLED } });
    await app.inject({ url: '/things/8', headers: { traceparent: NOT_SAMPLED } });
    await app.inject('/things/9');
    await stop();
    const [first, second, ...others] = collector.spans;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ name: 'GET /things/:id', kind: 'server', parentSpanId: SPAN });
    expect(first?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/things/:id',
      'http.response.status_code': 200,
      'url.scheme': 'http',
    });
    expect(second?.attributes).toMatchObject({
      'http.response.status_code': 503,
      'error.type': 'unavailable',
    });
    expect(seen).toEqual([`00-${TRACE}-${first?.spanId}-01`, NOT_SAMPLED, undefined]);
    expect(log.lines().flatMap(({ msg, traceId }) => (msg === 'request' ? [traceId] : []))).toEqual([
      TRACE,
      TRACE,
      TRACE,
      undefined,
    ]);
  });

  it('for callers start traces if they have none', async () => {
    const { tracer, stop } = await open();
    const app = fastify();
    app.decorateRequest('span', null);
    app.decorateReply('problem', null);
    traceCallers(app, tracer);
    app.get('/things/:id', (request, reply) =>
      sendAnswer(reply, { status: 200, body: String(request.headers.traceparent), token: null }),
    );
    const { body } = await app.inject('/things/7');
    await stop();
    const [span] = collector.spans;
    expect(body).toBe(`00-${span?.traceId}-${span?.spanId}-01`);
    expect(span?.parentSpanId).toBeNull();
  });
});

it('failed work ends its span with the kind of failure, without its message', async () => {
  const { tracer, stop } = await open();
  const begin = () => tracer.begin('client', 'pull', SAMPLED, {});
  const fail = (error: unknown) => endedBy(begin() as NonNullable<ReturnType<typeof begin>>, Promise.reject(error));
  await expect(fail(new TypeError('otto is not a number'))).rejects.toThrow('otto');
  await expect(fail(new ProblemError('unavailable', 'otto is away'))).rejects.toThrow('otto');
  await stop();
  expect(collector.spans.map(({ attributes }) => attributes)).toEqual([
    { 'error.type': 'TypeError' },
    { 'error.type': 'unavailable' },
  ]);
  expect(JSON.stringify(collector.spans)).not.toContain('otto');
});

it('exports that fail again and again cost one warning, and their end is logged', async () => {
  let status = 400;
  const refusing = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end('{}'));
  });
  const port = await listen(refusing);
  const log = memoryLog();
  const { tracer, stop } = await open(
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: 1 },
    log,
  );
  const before = log.lines().length;
  const levelsNow = () =>
    log
      .lines()
      .slice(before)
      .map(({ level }) => level);
  for (const [answer, ...levels] of [
    [400, 'warn'],
    [400, 'warn', 'debug'],
    [200, 'warn', 'debug', 'info'],
  ] as const) {
    status = answer;
    tracer.begin('server', 'GET /things', SAMPLED, {})?.end();
    await waitFor(() => levelsNow().length >= levels.length);
    expect(levelsNow()).toEqual(levels);
  }
  await stop();
  refusing.close();
});

it("an unreachable collector costs a warning, without the request's headers", async () => {
  const log = memoryLog();
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: { authorization: 'Bearer hunter2' } };
  const { tracer, stop } = await open({ ...headers, OTEL_BSP_SCHEDULE_DELAY: 1, OTEL_EXPORTER_OTLP_TIMEOUT: 200 }, log);
  await collector.close();
  tracer.begin('server', 'GET /things', SAMPLED, {})?.end();
  const told = () => log.lines().some(({ level, msg }) => level === 'warn' && msg === 'traces could not be exported');
  await waitFor(told);
  expect(log.text()).not.toContain('hunter2');
  await stop();
});
