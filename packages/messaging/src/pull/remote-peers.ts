/**
 * The other services, over any transport. Pulls that arrive while requests are in flight are combined in the next one.
 * So a pull is always sent after its call, and never joins a request that was already in flight. Peers' answers are
 * validated here; reaching the peer is the transport's task.
 */
import { isIdOfNothing, type Stream, type StreamEvent } from '@mo/contracts';
import { BatchQueue, QueueFullError, unavailable } from '@mo/service-kit';
import type { z } from 'zod';
import { faultOf } from '../kafka/cloud-events.ts';
import type { CustomerRef } from '../protocol/command.ts';
import type { Peers, Pulled } from '../protocol/peers.ts';
import { reasonText } from '../protocol/quarantine.ts';
import {
  HEADS_PAGE_MAX,
  type HeadsPage,
  headsAnswer,
  type PullWant,
  pullAnswer,
  pulledEvent,
  RECENT_HEADS_PAGE_MAX,
  settleAnswer,
  type TimeSpan,
  WANTS_MAX,
} from './wire.ts';

const REQUESTS_IN_FLIGHT_MAX = 4;
/** The most pulls of a stream that can be under way at the same time; further ones wait. */
export const PULLS_AT_ONCE_MAX = REQUESTS_IN_FLIGHT_MAX * WANTS_MAX;
const PULLS_QUEUE_MAX = 10_000;

/**
 * Carries one call to a peer: a POST if there is a body, else a GET. Parses the 200 answer of a replica. It has a
 * deadline.
 *
 * @throws ProblemError unavailable, if no replica gave a valid answer in time
 * @throws RefusedByPeerError if a replica answered that the request breaks its rules
 */
export type PeerCall = <T>(peer: Stream, path: string, read: (answer: unknown) => T, body?: unknown) => Promise<T>;

/** A peer is up, but refuses a request as invalid: the request must not be repeated. */
export class RefusedByPeerError extends Error {
  override readonly name = 'RefusedByPeerError';
}

/** What an owner answers about a customer that doesn't exist. */
const NOBODY: Pulled = { customerId: null, head: 0, events: [] };

export class RemotePeers implements Peers {
  readonly #carry: PeerCall;
  readonly #isWhole: boolean;
  readonly #pulls = new Map<Stream, BatchQueue<PullWant, Pulled | Error>>();

  /** @param isWhole whether event data keeps fields unknown to this version, for callers that forward the events */
  constructor(carry: PeerCall, isWhole = false) {
    this.#carry = carry;
    this.#isWhole = isWhole;
  }

  async pull(stream: Stream, { customerId, externalId }: CustomerRef, after: number): Promise<Pulled> {
    // Owners read ids of at most 15 digits, and would refuse the whole request.
    if (customerId !== undefined && isIdOfNothing(customerId)) return NOBODY;
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
      const path = `/internal/streams/${stream}/settle`;
      return (await this.#carry(peer, path, (answer) => settleAnswer.parse(answer), body)).applied;
    } catch {
      return false;
    }
  }

  /**
   * A page of the heads of a stream: of customers above `after` with events in a span of time.
   *
   * @param withTimes whether to request the time of each head, which is possible for all time only
   */
  async heads(stream: Stream, { sinceMs, untilMs }: TimeSpan, after: number, withTimes = false): Promise<HeadsPage> {
    const until = untilMs === undefined ? '' : `&until=${untilMs}`;
    const times = withTimes ? '&times=true' : '';
    const path = `/internal/streams/${stream}/heads?since=${sinceMs}${until}&after=${after}${times}`;
    const answer = await this.#carry(stream, path, (value) => headsAnswer.parse(value));
    const pageMax = sinceMs === 0 ? HEADS_PAGE_MAX : RECENT_HEADS_PAGE_MAX;
    return { heads: answer.heads, isLast: answer.is_last ?? answer.heads.length < pageMax };
  }

  #queueOf(stream: Stream): BatchQueue<PullWant, Pulled | Error> {
    let queue = this.#pulls.get(stream);
    if (queue === undefined) {
      queue = new BatchQueue({
        run: (wants) => this.#pullMany(stream, wants),
        weightMax: WANTS_MAX,
        queueWeightMax: PULLS_QUEUE_MAX,
        inFlightMax: REQUESTS_IN_FLIGHT_MAX,
      });
      this.#pulls.set(stream, queue);
    }
    return queue;
  }

  async #pullMany(stream: Stream, wants: PullWant[]): Promise<(Pulled | Error)[]> {
    const distinct = new Map(wants.map((want) => [JSON.stringify(want), want]));
    const answers = await this.#pullDistinct(stream, [...distinct.values()]);
    const pulled = new Map([...distinct.keys()].map((key, place) => [key, answers[place]]));
    return wants.map((want) => pulled.get(JSON.stringify(want)) as Pulled | Error);
  }

  /** Splits a request that the owner refuses, so that only the want at fault fails. */
  async #pullDistinct(stream: Stream, wants: PullWant[]): Promise<(Pulled | Error)[]> {
    const path = `/internal/streams/${stream}/pull`;
    try {
      const { pages } = await this.#carry(stream, path, (answer) => pullAnswer.parse(answer), { wants });
      return wants.map((want, place) => understand(stream, want, pages[place], this.#isWhole));
    } catch (error) {
      if (!(error instanceof RefusedByPeerError)) throw error;
      if (wants.length === 1) return [error];
      const middle = Math.floor(wants.length / 2);
      const halves = [wants.slice(0, middle), wants.slice(middle)];
      return (await Promise.all(halves.map((half) => this.#pullDistinct(stream, half)))).flat();
    }
  }
}

/** A customer's page ends before an event that can't be parsed; other customers' pages are not affected. */
function understand(
  stream: Stream,
  { after }: PullWant,
  page: z.infer<typeof pullAnswer>['pages'][number] | undefined,
  isWhole: boolean,
): Pulled | Error {
  if (page === undefined) return unavailable(`${stream} answered with too few pages`);
  const { customer_id: customerId, head } = page;
  const events: StreamEvent[] = [];
  for (const value of page.events) {
    const version = after + events.length + 1;
    const result = pulledEvent.safeParse(value);
    if (!result.success) {
      const reason = reasonText(result.error.issues.map(faultOf).join('; '));
      return { customerId, head, events, quarantined: { stream, customerId, version, reason, source: null } };
    }
    const { stream: of, customer_id, version: found, data } = result.data;
    if (of !== stream || customer_id !== customerId || data.customer_id !== customerId || found !== version) {
      const reason = `it is event ${found} of the ${of} of customer ${customer_id}, not ${version} of ${stream} of ${customerId}`;
      return { customerId, head, events, quarantined: { stream, customerId, version, reason, source: null } };
    }
    events.push(isWhole ? ({ ...result.data, data: (value as StreamEvent).data } as StreamEvent) : result.data);
  }
  return { customerId, head, events };
}
