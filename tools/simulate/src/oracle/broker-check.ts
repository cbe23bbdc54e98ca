/** Invariants of published messages and of committed offsets. */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { IncomingMessage, OutgoingMessage } from '@mo/messaging';
import type { Ledger } from './commits.ts';
import type { Report } from './violation.ts';

export class BrokerCheck {
  readonly #report: Report;
  readonly #ledger: Ledger;
  readonly #highest = new Map<string, number>();
  /** Unreadable messages by place, and those of them that were quarantined. */
  readonly #garbled = new Set<string>();
  readonly #aside = new Set<string>();

  constructor(report: Report, ledger: Ledger) {
    this.#report = report;
    this.#ledger = ledger;
  }

  /** For each customer and topic, the first occurrences of versions are in order. */
  kept(topic: string, { key, headers }: OutgoingMessage): void {
    if (topic.endsWith('.dlq')) {
      const { mo_source_topic: source, mo_source_partition: partition, mo_source_offset: offset } = headers;
      if (`${source}.dlq` !== topic || !headers.mo_reason)
        this.#report('an unreadable message is quarantined', `${topic}: ${JSON.stringify(headers)}`);
      this.#aside.add(`${source}-${partition}-${offset}`);
      return;
    }
    const place = `${topic} ${key}`;
    const version = Number(headers.ce_sequence);
    const highest = this.#highest.get(place) ?? 0;
    if (version > highest + 1) this.#report('versions are published in order', `${place}: ${version} after ${highest}`);
    this.#highest.set(place, Math.max(highest, version));
  }

  /** A message became unreadable in transit. */
  garbled(message: IncomingMessage): void {
    this.#garbled.add(placeOf(message));
  }

  /** An entry leaves the outbox only once the broker has it. */
  removed(stream: Stream, { customer_id, version }: StreamEvent): void {
    if ((this.#highest.get(`mo.${stream} ${customer_id}`) ?? 0) < version)
      this.#report('an entry is removed once it is sent', `${stream}-${customer_id}-${version}`);
  }

  /**
   * An offset is committed only once the database has the effect or knows the gap, or an unreadable message is
   * quarantined.
   */
  committed(group: string, messages: readonly IncomingMessage[]): void {
    const service = group.split('.')[1] as Stream;
    for (const message of messages) {
      const { topic, headers } = message;
      if (topic.endsWith('.dlq')) continue;
      if (this.#garbled.has(placeOf(message))) {
        if (!this.#aside.has(placeOf(message)))
          this.#report('an unreadable message is quarantined', `${service}: ${placeOf(message)}`);
        continue;
      }
      const event = {
        stream: topic.split('.')[1],
        customer_id: Number(headers.ce_subject),
        version: Number(headers.ce_sequence),
      } as StreamEvent;
      if (!this.#ledger.knows(service, event))
        this.#report('an offset is committed after the effect', `${service}: ${headers.ce_id} is not known`);
    }
  }
}

const placeOf = ({ topic, partition, offset }: IncomingMessage): string => `${topic}-${partition}-${offset}`;
