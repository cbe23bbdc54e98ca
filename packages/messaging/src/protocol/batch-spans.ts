/**
 * The spans of one transaction. It carries what many requests brought about, each of a trace of its own, so there is no one
 * parent that it could have. Therefore each command and each followed event whose trace is recorded gets a span of its own, in
 * its own trace, as long as the transaction, which tells how many shared it. What a command or an event writes names this
 * span: so what others do on that event is found below it.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import { failureOf, type Span, type Tracer } from '@mo/service-kit';
import type { Account } from './account.ts';
import type { Item, Outcome } from './batch-runner.ts';
import type { Command } from './command.ts';
import type { EventOutcome } from './follow.ts';

export class BatchSpans {
  readonly #spans = new Map<object, Span>();

  /** Begins the spans of what a transaction takes; null where nothing of it is traced. */
  static begin<A extends Account>(tracer: Tracer | null, items: readonly Item<A>[]): BatchSpans | null {
    if (tracer === null) return null;
    const spans = new BatchSpans();
    for (const item of items) spans.#begin(tracer, item, items.length);
    return spans.#spans.size === 0 ? null : spans;
  }

  /** The trace context of what a command or an event brings about; null where it isn't traced. */
  contextOf(cause: object): string | null {
    return this.#spans.get(cause)?.traceparent ?? null;
  }

  /** The transaction is committed. */
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

  /** The transaction has failed, and nothing of it is written. */
  fail(error: unknown): void {
    for (const span of this.#spans.values()) span.end(failureOf(error));
  }

  #begin<A extends Account>(tracer: Tracer, item: Item<A>, items: number): void {
    if (item.kind === 'command') {
      const { command } = item;
      // What it writes are the messages that others get: OpenTelemetry's messaging conventions call this their creation.
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

/** What a span tells of an event: its kind, and neither whom it concerns nor what it says. */
export const aboutEvent = (stream: Stream, type: string) => ({
  'cloudevents.event_source': `/mo/${stream}`,
  'cloudevents.event_type': type,
});
