/**
 * The spans of one transaction. A transaction serves many requests, each with its own trace, so it has no single parent
 * span. Therefore each command and each followed event whose trace is recorded gets a span in its own trace. The span
 * covers the transaction and records how many items shared it. Events written by a command or a followed event carry
 * this span's context, so that their processing by other services appears below it.
 */
import { EVENT_SOURCES, type Stream, type StreamEvent } from '@mo/contracts';
import { failureOf, type Span, type Tracer } from '@mo/service-kit';
import type { Account } from './account.ts';
import type { Item, Outcome } from './batch-runner.ts';
import type { Command } from './command.ts';
import type { EventOutcome } from './follow.ts';

export class BatchSpans {
  readonly #spans = new Map<object, Span>();

  /** Begins a span for each traced command and event of a transaction; null if none is traced. */
  static begin<A extends Account>(tracer: Tracer | null, items: readonly Item<A>[]): BatchSpans | null {
    if (tracer === null) return null;
    const spans = new BatchSpans();
    for (const item of items) spans.#begin(tracer, item, items.length);
    return spans.#spans.size === 0 ? null : spans;
  }

  /** The trace context for the events that a command or an event causes; null if the cause isn't traced. */
  contextOf(cause: object): string | null {
    return this.#spans.get(cause)?.traceparent ?? null;
  }

  /** Ends the spans after the commit. */
  end<A extends Account>(items: readonly Item<A>[], outcomes: readonly Outcome[]): void {
    items.forEach((item, place) => {
      const outcome = outcomes[place];
      if (item.kind === 'command' && outcome?.kind === 'command') this.#endCommand(item.command, outcome.outcome);
      if (item.kind === 'events' && outcome?.kind === 'events')
        item.events.forEach((event, at) => {
          this.#endEvent(event, outcome.followed.outcomes[at]);
        });
    });
  }

  /** Ends the spans after a rollback. */
  fail(error: unknown): void {
    for (const span of this.#spans.values()) span.end(failureOf(error));
  }

  #begin<A extends Account>(tracer: Tracer, item: Item<A>, items: number): void {
    if (item.kind === 'command') {
      const { command } = item;
      // A command creates messages for other services: OpenTelemetry's messaging conventions call that a producer.
      const about = { 'mo.batch.items': items };
      this.#keep(command, tracer.begin('producer', `transaction ${command.name}`, command.origin.traceparent, about));
    } else if (item.kind === 'events') {
      for (const event of item.events) this.#keep(event, beginEvent(tracer, event, items));
    }
  }

  #keep(cause: object, span: Span | null): void {
    if (span !== null) this.#spans.set(cause, span);
  }

  #endCommand<A extends Account>(command: Command<A>, outcome: Extract<Outcome, { kind: 'command' }>['outcome']): void {
    const span = this.#spans.get(command);
    if (span === undefined) return;
    const refusal = outcome.kind === 'answered' ? outcome.answer.problem : undefined;
    span.set({ 'mo.outcome': refusal ?? outcome.kind });
    span.end(outcome.kind === 'failed' ? 'failed' : undefined);
  }

  #endEvent(event: StreamEvent, outcome: EventOutcome | undefined): void {
    const span = this.#spans.get(event);
    if (span === undefined) return;
    span.set({ 'mo.outcome': outcome ?? 'apply' });
    span.end(outcome === 'faulty' ? outcome : undefined);
  }
}

function beginEvent(tracer: Tracer, { stream, type, traceparent }: StreamEvent, items: number): Span | null {
  return tracer.begin('consumer', `process ${stream}`, traceparent, {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    ...aboutEvent(stream, type),
    'mo.batch.items': items,
  });
}

/** Span attributes of an event: its source and type, but neither the customer nor the data. */
export const aboutEvent = (stream: Stream, type: string) => ({
  'cloudevents.event_source': EVENT_SOURCES[stream],
  'cloudevents.event_type': type,
});
