/** The operators' view of the whole: one trace per call with all its effects, and the documented metrics. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { query } from '@mo/agreement';
import type { CustomerBody, LoanBody, WebhookBody } from '@mo/contracts';
import { type Collector, type ExportedSpan, startCollector } from '@mo/dev-stack/collector';
import { linesOf } from '../src/logs.ts';
import { differencesIn, documentedMetrics, exposedBy } from '../src/metrics.ts';
import { type System, startSystem } from '../src/system.ts';
import { eventually, waitFor } from '../src/wait-for.ts';
import { expectStatus, nameOf } from '../src/world.ts';

let collector: Collector;
let system: System;

beforeAll(async () => {
  collector = await startCollector();
  const env = {
    LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER_ARG: '1',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    WEBHOOKS_NETWORKS: '127.0.0.0/8',
  };
  system = await startSystem({ env, replicas: { webhooks: 1 } });
}, 240_000);

afterAll(async () => {
  await system?.stop();
  await collector?.close();
});

/** A span as `service kind name`, with its outcome if it has one. */
const textOf = ({ resource, kind, name, attributes }: ExportedSpan): string =>
  [resource['service.name'], kind, name.replace(/mo-[0-9a-f]+\./, 'mo.'), attributes['mo.outcome']]
    .filter((part) => part !== undefined)
    .join(' ');

/** Each span of a trace with its parent, without repetitions after a duplicate event. */
function treeOf(traceId: string): Record<string, string | null> {
  const spans = collector.spans.filter(
    (span) => span.traceId === traceId && span.attributes['mo.outcome'] !== 'duplicate',
  );
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId }: ExportedSpan) => {
    if (parentSpanId === null) return null;
    const parent = byId.get(parentSpanId);
    return parent === undefined ? 'not exported yet' : textOf(parent);
  };
  return Object.fromEntries(spans.map((span) => [textOf(span), parentOf(span)]));
}

/** Calls a route. @returns the trace id */
async function traceOf(route: string, call: () => Promise<unknown>): Promise<string> {
  const roots = () => collector.spans.filter(({ name, parentSpanId }) => name === route && parentSpanId === null);
  const known = new Set(roots().map(({ traceId }) => traceId));
  const added = () => roots().find(({ traceId }) => !known.has(traceId))?.traceId;
  await call();
  await waitFor(() => Promise.resolve(added() !== undefined));
  return added() as string;
}

/** Processes export their spans independently, those of an effect often before those of its cause. */
const expectTree = (traceId: string, expected: Record<string, string | null>): Promise<void> =>
  eventually(() => expect(treeOf(traceId)).toEqual(expected));
const expectInTree = (traceId: string, expected: Record<string, string | null>): Promise<void> =>
  eventually(() => expect(treeOf(traceId)).toMatchObject(expected));

/** A customer that loans and payments know, so that nothing needs to be pulled. */
async function knownCustomer(): Promise<CustomerBody> {
  const customer = await system.world.customer('1000');
  const stack = system.stack.stack();
  const knows = async (service: 'loans' | 'payments') =>
    (await query(stack, service, 'SELECT 1 FROM accounts WHERE customer_id = $1', [customer.id])).length === 1;
  await waitFor(async () => (await knows('loans')) && (await knows('payments')));
  return customer;
}

it('a loan is one trace: gateway, loans and its transaction, Kafka, customers and payments', async () => {
  const customer = await knownCustomer();
  let loan: LoanBody | null = null;
  const traceId = await traceOf('POST /api/loans', async () => {
    loan = expectStatus(await system.world.loan(customer.id, '613.57'), 201);
  });
  await expectTree(traceId, {
    'gateway server POST /api/loans': null,
    'gateway client POST loans': 'gateway server POST /api/loans',
    'loans server POST /api/loans': 'gateway client POST loans',
    'loans producer transaction take-loan answered': 'loans server POST /api/loans',
    'loans client send mo.loans': 'loans producer transaction take-loan answered',
    'customers consumer process loans apply': 'loans producer transaction take-loan answered',
    'payments consumer process loans apply': 'loans producer transaction take-loan answered',
  });
  const spans = collector.spans.filter((span) => span.traceId === traceId);
  const written = spans.find(({ name }) => name === 'transaction take-loan');
  const rows = await query<{ traceparent: string }>(
    system.stack.stack(),
    'loans',
    "SELECT traceparent FROM journal WHERE customer_id = $1 AND type = 'LoanTaken'",
    [customer.id],
  );
  expect(rows).toEqual([{ traceparent: `00-${traceId}-${written?.spanId}-01` }]);
  for (const service of ['gateway', 'loans']) {
    const lines = () => linesOf(system.stack, service).filter((line) => line.traceId === traceId);
    // Processes collect lines, and may export the spans of a request before they write its line.
    await eventually(() =>
      expect(lines()).toEqual([expect.objectContaining({ msg: 'request', path: '/api/loans', status: 201 })]),
    );
  }
  // Without ids and times, which may contain any digits.
  const exported = JSON.stringify(spans.map(({ name, attributes, resource }) => [name, attributes, resource]));
  expect(loan).toMatchObject({ customer_external_id: customer.external_id });
  for (const personal of [(loan as unknown as LoanBody).external_id, customer.external_id, '613.57'])
    expect(exported).not.toContain(personal);
});

it('the effects of an event in other services continue its trace', async () => {
  const { world } = system;
  const { id } = await knownCustomer();
  expectStatus(await world.loan(id, '600'), 201);
  const traceId = await traceOf('POST /api/payments', async () => expectStatus(await world.payment(id, '600'), 201));
  const paid = 'payments producer transaction make-payment answered';
  const applied = 'loans consumer process payments apply';
  await waitFor(async () => (await world.loansOf(id)).body.results[0]?.status === 'paid');
  await expectInTree(traceId, {
    [paid]: 'payments server POST /api/payments',
    'payments client send mo.payments': paid,
    'customers consumer process payments apply': paid,
    [applied]: paid,
    'loans client send mo.loans': applied,
    'customers consumer process loans apply': applied,
    'payments consumer process loans apply': applied,
  });
});

it('a webhook message is the last span of a trace, unless its receiver continues it', async () => {
  // By message: an event of an earlier test that webhooks takes in late is sent to this receiver, too.
  const received = new Map<string, IncomingHttpHeaders[]>();
  const receiver = createServer((request, response) => {
    const message = String(request.headers['webhook-id']);
    const attempts = [...(received.get(message) ?? []), request.headers];
    received.set(message, attempts);
    response.writeHead(attempts.length === 1 ? 500 : 204).end();
    request.resume();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    const subscription = { url, event_types: ['CustomerRegistered'] };
    const made = await system.api.insist<WebhookBody>('createWebhook', { body: subscription, key: nameOf('key') });
    const { id } = expectStatus(made, 201);
    let customerId = 0;
    const traceId = await traceOf('POST /api/customers', async () => {
      customerId = (await system.world.customer('1000')).id;
    });
    const registered = 'customers producer transaction register-customer answered';
    await expectInTree(traceId, {
      'webhooks client POST webhook refused': registered,
      'webhooks client POST webhook delivered': registered,
    });
    const attempts = collector.spans.filter((span) => span.traceId === traceId && span.name === 'POST webhook');
    expect(attempts.map(({ isError, attributes }) => [isError, attributes['http.request.resend_count']])).toEqual([
      [true, 0],
      [false, 1],
    ]);
    expect(received.get(`customers-${customerId}-1`)?.map(({ traceparent }) => traceparent)).toEqual(
      attempts.map(({ spanId }) => `00-${traceId}-${spanId}-01`),
    );
    expect(JSON.stringify(attempts)).not.toContain(url);
    // Otherwise events of the other tests would be sent on to a receiver that no longer listens.
    expectStatus(await system.api.insist('removeWebhook', { params: { webhook_id: id } }), 200);
  } finally {
    receiver.close();
  }
});

it('a refusal shows which streams were pulled before it was final', async () => {
  const { id } = await knownCustomer();
  const traceId = await traceOf('POST /api/loans', async () =>
    expect((await system.world.loan(id, '1001')).body.code).toBe('credit_limit_exceeded'),
  );
  await expectTree(traceId, {
    'gateway server POST /api/loans': null,
    'gateway client POST loans': 'gateway server POST /api/loans',
    'loans server POST /api/loans': 'gateway client POST loans',
    'loans producer transaction take-loan unconfirmed': 'loans server POST /api/loans',
    'loans client pull customers': 'loans server POST /api/loans',
    'loans client pull payments': 'loans server POST /api/loans',
    'loans producer transaction take-loan credit_limit_exceeded': 'loans server POST /api/loans',
  });
});

it('an upload is one span in customers, whatever the number of its lines', async () => {
  const names = Array.from({ length: 50 }, () => nameOf('uploaded'));
  const body = names.map((name) => `${name},10.00\n`).join('');
  const upload = {
    method: 'POST',
    path: '/api/customers/bulk',
    headers: { 'content-type': 'text/csv' },
    body,
  } as const;
  const traceId = await traceOf('POST /api/customers/bulk', async () => {
    const answer = await system.api.raw(upload);
    await answer.body.dump();
    expect(answer.statusCode).toBe(200);
  });
  const stack = system.stack.stack();
  const known = async () =>
    (await query(stack, 'loans', 'SELECT 1 FROM accounts WHERE external_id = ANY($1)', [names])).length;
  await waitFor(async () => (await known()) === names.length);
  await expectTree(traceId, {
    'gateway server POST /api/customers/bulk': null,
    'gateway client POST customers': 'gateway server POST /api/customers/bulk',
    'customers server POST /api/customers/bulk': 'gateway client POST customers',
  });
});

it.each(['gateway', 'customers', 'loans', 'payments', 'webhooks'] as const)(
  'docs/metrics.md names every metric that %s exposes, and no other',
  async (process) => {
    const documented = documentedMetrics();
    expect(documented.filter(({ by }) => by.length === 0)).toEqual([]);
    const { url = '' } = system.stack.stack()[process] ?? {};
    expect(differencesIn(process, await exposedBy(url), documented)).toEqual([]);
  },
);
