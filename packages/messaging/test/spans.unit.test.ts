/** Which spans a write path begins, whose children they are, and which of them an event names. */
import type { Span, SpanAttributes, SpanKind, Tracer } from '@mo/service-kit';
import { conflict } from './in-memory.ts';
import { commandOf, eventOf, paymentApplied, refusal } from './ledger.ts';
import { writePathUnderTest } from './write-path-under-test.ts';

interface Recorded {
  kind: SpanKind;
  name: string;
  parent: string;
  traceparent: string;
  attributes: Record<string, string | number>;
  /** `ok`, or what it failed with; absent while it goes on. */
  end?: string;
}

/** Records the spans of what belongs to a trace that is named so. */
class Recorder implements Tracer {
  readonly spans: Recorded[] = [];

  begin(kind: SpanKind, name: string, parent: string | null, attributes: SpanAttributes): Span | null {
    if (parent?.startsWith('recorded') !== true) return null;
    const span: Recorded = {
      kind,
      name,
      parent,
      traceparent: `recorded-${this.spans.length + 1}`,
      attributes: { ...attributes },
    };
    this.spans.push(span);
    return {
      traceparent: span.traceparent,
      child: (childKind, childName, about) => this.begin(childKind, childName, span.traceparent, about) as Span,
      set: (more) => void Object.assign(span.attributes, more),
      end: (failure = 'ok') => {
        if (span.end !== undefined) throw new Error(`${name} ended twice`);
        span.end = failure;
      },
    };
  }

  enter(): never {
    throw new Error('a write path is entered by no caller');
  }
}

function traced() {
  const tracer = new Recorder();
  return { ...writePathUnderTest(undefined, tracer), spans: tracer.spans };
}

const from = (traceparent: string | null) => ({ origin: { requestId: 'r', traceparent } });

it('a traced command writes events that name its span, whose parent is the request', async () => {
  const { writePath, store, spans } = traced();
  await writePath.execute(commandOf(from('recorded-request')));
  expect(spans).toEqual([
    {
      kind: 'producer',
      name: 'transaction test',
      parent: 'recorded-request',
      traceparent: 'recorded-1',
      attributes: { 'mo.batch.items': 1, 'mo.outcome': 'answered' },
      end: 'ok',
    },
  ]);
  expect(store.journal.map(({ traceparent }) => traceparent)).toEqual(['recorded-1']);
});

it('commands of one batch have a span each in its own trace; untraced ones keep their context', async () => {
  const { writePath, store, spans } = traced();
  const contexts = [null, 'recorded-a', 'other', 'recorded-b', null];
  await Promise.all(contexts.map((context) => writePath.execute(commandOf(from(context)))));
  expect(spans.map(({ parent, attributes, end }) => [parent, attributes['mo.batch.items'], end])).toEqual([
    ['recorded-a', 5, 'ok'],
    ['recorded-b', 5, 'ok'],
  ]);
  expect(store.journal.map(({ traceparent }) => traceparent)).toEqual([
    null,
    'recorded-1',
    'other',
    'recorded-2',
    null,
  ]);
});

it('a followed event has a span below the one that wrote it, and events that it causes name that span', async () => {
  const { writePath, store, spans } = traced();
  await writePath.follow([paymentApplied(1, 1, 'recorded-payment')]);
  await writePath.follow([paymentApplied(1, 1, 'recorded-payment')]);
  expect(spans.map(({ kind, name, parent, attributes }) => [kind, name, parent, attributes['mo.outcome']])).toEqual([
    ['consumer', 'process payments', 'recorded-payment', 'apply'],
    ['consumer', 'process payments', 'recorded-payment', 'duplicate'],
  ]);
  expect(store.journal).toMatchObject([{ type: 'LoanPaid', traceparent: 'recorded-1' }]);
});

it('spans contain kinds and numbers, and no data of the customer', async () => {
  const { writePath, spans } = traced();
  await writePath.follow([{ ...eventOf('customers', 1, 2), traceparent: 'recorded-customer' }]);
  expect(spans[0]?.attributes).toEqual({
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'cloudevents.event_source': '/mo/customers',
    'cloudevents.event_type': 'CustomerUpdated',
    'mo.batch.items': 1,
    'mo.outcome': 'apply',
  });
});

it('a confirmed refusal has spans for a transaction, its pulls, and a transaction, all below the request', async () => {
  const { writePath, spans, peers } = traced();
  const command = commandOf({ ...from('recorded-request'), decide: () => refusal(['customers', 'payments']) });
  await writePath.execute(command);
  expect(spans.map(({ name, parent, attributes }) => [name, parent, attributes['mo.outcome']])).toEqual([
    ['transaction test', 'recorded-request', 'unconfirmed'],
    ['pull customers', 'recorded-request', undefined],
    ['pull payments', 'recorded-request', undefined],
    ['transaction test', 'recorded-request', 'credit_limit_exceeded'],
  ]);
  peers.reachable = false;
  await expect(writePath.execute(command)).rejects.toMatchObject({ code: 'unavailable' });
  expect(spans.at(-1)).toMatchObject({ name: 'pull customers', end: 'unavailable' });
});

it('a failing transaction ends its spans, and the retry has new ones', async () => {
  const { writePath, store, spans } = traced();
  store.failure = () => (store.transactions.length === 1 ? conflict() : null);
  await writePath.execute(commandOf(from('recorded-request')));
  expect(spans.map(({ end }) => end)).toEqual(['StoreConflictError', 'ok']);
  expect(store.journal.map(({ traceparent }) => traceparent)).toEqual(['recorded-2']);
});
