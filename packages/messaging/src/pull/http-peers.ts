/**
 * The other services over HTTP. Pulls that arrive while a request is under way travel together in the next one, so a
 * pull is always sent after it was asked for, and never shared with one that was under way already.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import { Addresses, BatchQueue, QueueFullError, unavailable } from '@mo/service-kit';
import { Agent } from 'undici';
import type { z } from 'zod';
import type { CustomerRef } from '../protocol/command.ts';
import type { Peers, Pulled } from '../protocol/peers.ts';
import { headsAnswer, type PullWant, pullAnswer, pulledEvent, settleAnswer, WANTS_MAX } from './wire.ts';

const CALL_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 1_000;
const PULLS_IN_FLIGHT_MAX = 4;
const PULLS_QUEUE_MAX = 10_000;
const CONNECTIONS_MAX = 16;

type Urls = Readonly<Record<string, readonly string[]>>;

export class HttpPeers implements Peers {
  readonly #agent = new Agent({
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: CALL_TIMEOUT_MS,
    bodyTimeout: CALL_TIMEOUT_MS,
  });
  readonly #replicas: ReadonlyMap<string, Addresses>;
  readonly #pulls = new Map<Stream, BatchQueue<PullWant, Pulled | Error>>();
  #turn = 0;

  /** @param urls for each peer the origins of its replicas */
  constructor(urls: Urls) {
    this.#replicas = new Map(Object.entries(urls).map(([peer, origins]) => [peer, new Addresses(origins)]));
    for (const replicas of this.#replicas.values()) void replicas.start();
  }

  async pull(stream: Stream, { customerId, externalId }: CustomerRef, after: number): Promise<Pulled> {
    const want = customerId === undefined ? { external_id: externalId, after } : { customer_id: customerId, after };
    try {
      const pulled = await this.#queueOf(stream).submit(want);
      if (pulled instanceof Error) throw pulled;
      return pulled;
    } catch (error) {
      if (error instanceof QueueFullError) throw unavailable('too many pulls are waiting', error);
      throw error;
    }
  }

  async settle(peer: Stream, customerId: number, stream: Stream, version: number): Promise<boolean> {
    try {
      const body = { customer_id: customerId, version };
      return (await this.#call(peer, `/internal/streams/${stream}/settle`, settleAnswer, body)).applied;
    } catch {
      return false;
    }
  }

  /** The heads of a stream: customer id and last version, of customers above `after` with events since a time in ms. */
  async heads(stream: Stream, sinceMs: number, after: number): Promise<readonly (readonly [number, number])[]> {
    const { heads } = await this.#call(
      stream,
      `/internal/streams/${stream}/heads?since=${sinceMs}&after=${after}`,
      headsAnswer,
    );
    return heads;
  }

  close(): Promise<void> {
    for (const replicas of this.#replicas.values()) replicas.stop();
    return this.#agent.close();
  }

  #queueOf(stream: Stream): BatchQueue<PullWant, Pulled | Error> {
    let queue = this.#pulls.get(stream);
    if (queue === undefined) {
      queue = new BatchQueue({
        run: (wants) => this.#pullMany(stream, wants),
        weightMax: WANTS_MAX,
        queueWeightMax: PULLS_QUEUE_MAX,
        inFlightMax: PULLS_IN_FLIGHT_MAX,
      });
      this.#pulls.set(stream, queue);
    }
    return queue;
  }

  async #pullMany(stream: Stream, wants: PullWant[]): Promise<(Pulled | Error)[]> {
    const distinct = new Map(wants.map((want) => [JSON.stringify(want), want]));
    const keys = [...distinct.keys()];
    const { pages } = await this.#call(stream, `/internal/streams/${stream}/pull`, pullAnswer, {
      wants: [...distinct.values()],
    });
    const pulled = new Map(keys.map((key, place) => [key, understand(stream, pages[place])]));
    return wants.map((want) => pulled.get(JSON.stringify(want)) as Pulled | Error);
  }

  /** Calls one replica after the other until one answers. */
  async #call<T extends z.ZodType>(peer: Stream, path: string, answer: T, body?: unknown): Promise<z.infer<T>> {
    const origins = this.#replicas.get(peer)?.current ?? [];
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    let failure: unknown = new Error(`no URL of ${peer} is configured`);
    this.#turn += 1;
    for (let attempt = 0; attempt < origins.length; attempt += 1) {
      const origin = origins[(this.#turn + attempt) % origins.length] as string;
      try {
        return answer.parse(await this.#request(origin, path, body, signal));
      } catch (error) {
        failure = error;
      }
    }
    throw unavailable(`${peer} could not be reached`, failure);
  }

  async #request(origin: string, path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const response = await this.#agent.request({
      origin,
      path,
      signal,
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (response.statusCode === 200) return response.body.json();
    const text = await response.body.text();
    throw new Error(`${origin}${path} answered ${response.statusCode}: ${text.slice(0, 500)}`);
  }
}

/** One event that can't be understood makes the whole pull unavailable for its customer, and for nobody else. */
function understand(stream: Stream, page: z.infer<typeof pullAnswer>['pages'][number] | undefined): Pulled | Error {
  if (page === undefined) return unavailable(`${stream} answered with too few pages`);
  const events: StreamEvent[] = [];
  for (const value of page.events) {
    const result = pulledEvent.safeParse(value);
    if (!result.success) return unavailable(`an event of ${stream} can't be understood`, result.error);
    events.push(result.data);
  }
  return { customerId: page.customer_id, head: page.head, events };
}
