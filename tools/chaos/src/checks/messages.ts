/** Compares what webhooks received with the events of the journals. Pure, so that it is tested without servers. */
import { isDeepStrictEqual } from 'node:util';
import { type SeenVersions, STREAMS, type Stream } from '@mo/contracts';
import type { Hook } from '../webhooks/hook.ts';

/** A row of a journal. */
export interface JournalEvent {
  readonly stream: Stream;
  readonly customerId: string;
  readonly version: number;
  readonly type: string;
  readonly time: Date;
  /** Versions of the other streams that come before it. */
  readonly seen: SeenVersions;
  /** JSON. */
  readonly data: string;
}

export const idOf = ({ stream, customerId, version }: JournalEvent): string => `${stream}-${customerId}-${version}`;

/** Events that a webhook has to accept, and has not. */
export function missing(events: readonly JournalEvent[], hooks: readonly Hook[]): string[] {
  return hooks.flatMap((hook) =>
    events
      .filter((event) => isDue(hook, event) && !isAccepted(hook, event))
      .map((event) => `${hook.name}: ${event.type} ${idOf(event)}`),
  );
}

/** Messages that arrived before all earlier ones of their customer, and all causes, were accepted. */
export function disorder(events: readonly JournalEvent[], hooks: readonly Hook[]): string[] {
  const customers = [...Map.groupBy(events, ({ customerId }) => customerId).values()].map(streamsOf);
  return hooks.flatMap((hook) => customers.flatMap((streams) => disorderOf(hook, streams)));
}

/**
 * Messages of no event, of another type than the webhook subscribes to, or with other contents than the event's.
 *
 * @param bodies the bodies of all messages by id
 */
export function untrue(
  events: readonly JournalEvent[],
  hooks: readonly Hook[],
  bodies: ReadonlyMap<string, string>,
): string[] {
  const known = new Map(events.map((event) => [idOf(event), event]));
  const wrong = [...bodies].filter(([id, body]) => !isOf(known.get(id), body)).map(([id, body]) => `${id}: ${body}`);
  const unwanted = hooks.flatMap((hook) =>
    [...hook.messages.keys()]
      .flatMap((id) => known.get(id) ?? [])
      .filter(({ type }) => !hook.types.has(type))
      .map((event) => `${hook.name}: ${event.type} ${idOf(event)}`),
  );
  return [...wrong, ...unwanted];
}

/** Events of the time for which the webhook was not surely active may be delivered or not. */
const isDue = ({ types, activeFromMs }: Hook, { type, time }: JournalEvent): boolean =>
  types.has(type) && time.getTime() > activeFromMs;

const isAccepted = ({ messages }: Hook, event: JournalEvent): boolean =>
  (messages.get(idOf(event))?.acceptedAt ?? null) !== null;

type Streams = Readonly<Record<Stream, readonly JournalEvent[]>>;

function streamsOf(events: readonly JournalEvent[]): Streams {
  const of = (stream: Stream) =>
    events.filter((event) => event.stream === stream).sort((a, b) => a.version - b.version);
  return { customers: of('customers'), loans: of('loans'), payments: of('payments') };
}

function disorderOf(hook: Hook, streams: Streams): string[] {
  const accepted = {
    customers: accepting(hook, streams.customers),
    loans: accepting(hook, streams.loans),
    payments: accepting(hook, streams.payments),
  };
  const neededAt = (event: JournalEvent): number =>
    Math.max(
      ...STREAMS.map(
        (stream) => accepted[stream][stream === event.stream ? event.version - 1 : (event.seen[stream] ?? 0)] ?? 0,
      ),
    );
  return Object.values(streams)
    .flat()
    .filter((event) => (hook.messages.get(idOf(event))?.firstAt ?? Number.POSITIVE_INFINITY) < neededAt(event))
    .map((event) => `${hook.name}: ${event.type} ${idOf(event)} with ${JSON.stringify(event.seen)}`);
}

/** By version: the place at which the last message up to it was accepted, infinite if one never was. */
function accepting(hook: Hook, stream: readonly JournalEvent[]): number[] {
  const places = [0];
  for (const event of stream) {
    const progress = hook.messages.get(idOf(event));
    const isNone = progress === undefined && !isDue(hook, event);
    const at = isNone ? 0 : (progress?.acceptedAt ?? Number.POSITIVE_INFINITY);
    places.push(Math.max(at, places.at(-1) ?? 0));
  }
  return places;
}

function isOf(event: JournalEvent | undefined, body: string): boolean {
  if (event === undefined) return false;
  const { type, time, version: sequence, data } = event;
  const expected = { type, timestamp: time.toISOString(), sequence, data: JSON.parse(data) as unknown };
  return isDeepStrictEqual(JSON.parse(body), expected);
}
