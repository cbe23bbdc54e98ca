/**
 * A stand-in for the owner of a stream, for tests of a single service: it keeps a journal in memory, serves pulls over
 * HTTP, settles, and can be made unreachable. It publishes over real Kafka.
 */

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type EventData,
  type EventType,
  parseJson,
  type SeenVersions,
  type Stream,
  type StreamEvent,
  topicOf,
} from '@mo/contracts';
import { listen } from '@mo/dev-stack/listen';
import { waitFor } from '@mo/dev-stack/wait-for';
import { toMessage } from '../kafka/cloud-events.ts';
import type { Producer } from '../kafka/port.ts';
import { type PullWant, pullRequest } from '../pull/wire.ts';

export class StreamOwner {
  readonly stream: Stream;
  /** While false, the connection of every call is cut. */
  reachable = true;
  /** The number of calls that were cut so far. */
  cut = 0;
  /** Selects events that are returned in a form that can't be understood. */
  garble: (event: StreamEvent) => boolean = () => false;
  /** Its answer to a request to settle. */
  settles = true;
  /** The wants of each pull, and the settlements, in order of arrival. */
  readonly wants: PullWant[] = [];
  readonly settlements: unknown[] = [];
  readonly #journal = new Map<number, StreamEvent[]>();
  readonly #server: Server;

  private constructor(stream: Stream) {
    this.stream = stream;
    this.#server = createServer((request, response) => {
      if (!this.reachable) {
        this.cut += 1;
        request.socket.destroy();
        return;
      }
      response.setHeader('content-type', 'application/json');
      void this.#answer(request).then(
        (body) => response.end(JSON.stringify(body)),
        () => response.writeHead(400).end(),
      );
    });
  }

  static async start(stream: Stream): Promise<StreamOwner> {
    const owner = new StreamOwner(stream);
    await listen(owner.#server);
    return owner;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Appends the customer's next event to the journal. */
  append<T extends EventType>(type: T, data: EventData<T>, seen: SeenVersions = {}): StreamEvent {
    const events = this.#journal.get(data.customer_id) ?? [];
    const event = {
      stream: this.stream,
      customer_id: data.customer_id,
      version: events.length + 1,
      type,
      data,
      seen,
      time: new Date().toISOString(),
      traceparent: null,
    } as unknown as StreamEvent;
    this.#journal.set(data.customer_id, [...events, event]);
    return event;
  }

  /** Drops a customer's events after a version, as after a restore from a backup. */
  lose(customerId: number, after: number): void {
    this.#journal.set(customerId, this.#journal.get(customerId)?.slice(0, after) ?? []);
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const path = request.url ?? '';
    if (path.includes('/heads')) return { heads: this.#heads(path.includes('times=true')), is_last: true };
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = parseJson(Buffer.concat(chunks).toString());
    if (path.includes('/settle')) {
      this.settlements.push(body);
      return { applied: this.settles };
    }
    const { wants } = pullRequest.parse(body);
    this.wants.push(...wants);
    return { pages: wants.map((want) => this.#page(want)) };
  }

  #heads(withTimes: boolean): number[][] {
    const timeOf = (events: StreamEvent[]) => (withTimes ? [Date.parse(events.at(-1)?.time ?? '')] : []);
    return [...this.#journal]
      .map(([id, events]): [number, ...number[]] => [id, events.length, ...timeOf(events)])
      .sort(([a], [b]) => a - b);
  }

  #page({ customer_id, external_id, after }: PullWant): unknown {
    const named = [...this.#journal].find(([, events]) => events[0]?.data.customer_external_id === external_id);
    const id = customer_id ?? named?.[0];
    const events = id === undefined ? undefined : this.#journal.get(id);
    if (events === undefined || events.length === 0) return { customer_id: null, head: 0, events: [] };
    const page = events
      .slice(after)
      .map((event) => (this.garble(event) ? { ...event, type: `${event.type}OfTheFuture` } : event));
    return { customer_id: id, head: events.length, events: page };
  }
}

/** Publishes events like a service's relay: in the given order, with retries while a new topic has no leader yet. */
export async function publish(producer: Producer, topicPrefix: string, events: readonly StreamEvent[]): Promise<void> {
  for (const event of events) {
    const row = {
      customer_id: String(event.customer_id),
      version: String(event.version),
      type: event.type,
      data: JSON.stringify(event.data),
      seen: JSON.stringify(event.seen),
      time: event.time,
      traceparent: event.traceparent,
    };
    const message = toMessage(event.stream, row);
    await waitFor(() => producer.send(topicOf(topicPrefix, event.stream), [message]).then(() => true));
  }
}
