import { z } from 'zod';
import { readConfig } from '../src/index.ts';
import { tracingConfig, tracingSettings } from '../src/tracing/config.ts';

const schema = z.object(tracingConfig);
const settingsOf = (variables: Record<string, string>) => tracingSettings(readConfig(schema, variables));
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

it.each([
  ['nothing is set', {}],
  ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['the SDK is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
  ['traces are exported nowhere', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
])('traces are off if %s', (_, variables: Record<string, string>) => {
  expect(settingsOf(variables)).toBeNull();
});

it('an endpoint is enough: 1 % of requests are recorded, unless the caller has decided', () => {
  expect(settingsOf(ENDPOINT)).toEqual({
    url: 'http://127.0.0.1:4318/v1/traces',
    headers: {},
    timeoutMs: 10_000,
    compression: 'none',
    serviceName: null,
    resource: {},
    sampler: 'parentbased_traceidratio',
    ratio: 0.01,
    scheduleDelayMs: 5_000,
    exportTimeoutMs: 10_000,
    queueSpansMax: 2_048,
    batchSpansMax: 512,
  });
});

it('the variables for traces override those for all signals', () => {
  const settings = settingsOf({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a, tenant=one',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'api-key=b%20c%3D',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  expect(settings).toMatchObject({
    url: 'https://traces.example/in',
    headers: { 'api-key': 'b c=', tenant: 'one' },
    resource: { 'deployment.environment.name': 'test' },
  });
});

it.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', '127.0.0.1:4318', 'must be a URL such as http://127.0.0.1:4318'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'must be http/json, the only supported protocol'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'secret', 'must be a list such as name=value,other=value'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz', 'must be a list such as name=value,other=value'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', 'must be milliseconds, at least 1'],
  ['OTEL_TRACES_SAMPLER', 'jaeger_remote', 'Invalid option'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5', 'Too big'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', 'many', 'Invalid input'],
  ['OTEL_SDK_DISABLED', 'yes', 'Invalid option'],
])('%s that is wrong is named, with the rule', (name, value, rule) => {
  expect(() => settingsOf({ ...ENDPOINT, [name]: value })).toThrow(`${name}: ${rule}`);
});

it('a batch that would not fit the queue is refused, by name', () => {
  const variables = { ...ENDPOINT, OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '11' };
  expect(() => settingsOf(variables)).toThrow('OTEL_BSP_MAX_EXPORT_BATCH_SIZE must not exceed the queue size of 10');
});
