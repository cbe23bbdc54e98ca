/**
 * Orders a customer's events by causality. Kafka orders events within each of the three topics, but not across topics:
 * a payment may arrive before the loan that it pays. Each event lists the versions of the other streams that its
 * decision was based on (`seen`). The event waits here until those versions and all earlier versions of its own stream
 * have been released for delivery. A receiver that gets the events in order therefore never sees an effect before its
 * cause.
 */
import { STREAMS, type Stream, type StreamEvent, type Versions } from '@mo/contracts';
import { add, includes, type Range, type Ranges, reach, remove, within } from './ranges.ts';

/**
 * Minimum time, in milliseconds, that an event waits for a cause that the stream's owner reports as absent. After that
 * the event is released without the cause.
 */
export const CAUSE_MS_MAX = 60_000;

export interface Arrived {
  readonly event: Pick<StreamEvent, 'stream' | 'version' | 'seen'>;
  /** How long it has waited for its causes, in milliseconds by the database's clock, so that all processes agree. */
  readonly waitedMs: number;
}

/** How far a customer's streams have been released for delivery. */
export interface State {
  /** The last released version of each stream. */
  readonly versions: Versions;
  /** Versions that were not released and that no event waits for. If one arrives later, it is released then. */
  readonly waived: Waived;
}
export type Waived = Readonly<Partial<Record<Stream, Ranges>>>;

/** Versions of a stream that its owner reports as unavailable. */
export interface Absence {
  readonly versions: Range;
  /** The stream ends before them; one of them can't be understood; or they are older than the webhooks database. */
  readonly why: 'ended' | 'unfit' | 'before';
}
export type Absences = Readonly<Partial<Record<Stream, Absence>>>;

/** Versions that events no longer wait for. */
export interface Waiver extends Absence {
  readonly stream: Stream;
}

export interface Ordered<A extends Arrived> extends State {
  /** Events released now, in this order. */
  readonly released: readonly A[];
  /** Events that wait for their causes. */
  readonly waiting: readonly A[];
  /** Versions that are newly waived. */
  readonly waivers: readonly Waiver[];
}

/**
 * Orders a customer's newly arrived and waiting events. Versions that were already released are dropped. The events of
 * a stream are released in the order of their versions, except waived ones that arrive late.
 */
export function order<A extends Arrived>(state: State, arrived: readonly A[], absences: Absences): Ordered<A> {
  const last = { ...state.versions };
  const waived: Partial<Record<Stream, Ranges>> = { ...state.waived };
  const released: A[] = [];
  const queues = queuesOf(arrived);
  const release = (): boolean => {
    let hasReleased = false;
    for (const stream of STREAMS) {
      const queue = queues[stream];
      for (let next = queue[0]; next !== undefined; next = queue[0]) {
        const { version } = next.event;
        const isNew = version > last[stream] || includes(waived[stream] ?? [], version);
        if (isNew && !hasCauses(next, { versions: last, waived })) break;
        queue.shift();
        if (!isNew) continue;
        last[stream] = Math.max(last[stream], version);
        if (waived[stream] !== undefined) waived[stream] = remove(waived[stream], version);
        if (waived[stream]?.length === 0) delete waived[stream];
        released.push(next);
        hasReleased = true;
      }
    }
    return hasReleased;
  };
  while (release());
  const overdue = STREAMS.flatMap((stream) => queues[stream]).filter(isOverdue);
  const missing = missingOf({ versions: last, waived }, overdue, queues);
  const waivers = STREAMS.flatMap((stream) => waiversOf(stream, missing[stream], absences[stream]));
  for (const { stream, versions } of waivers) waived[stream] = add(waived[stream] ?? [], versions);
  while (release());
  return { released, waiting: STREAMS.flatMap((stream) => queues[stream]), waivers, versions: last, waived };
}

export const isOverdue = ({ waitedMs }: Arrived): boolean => waitedMs >= CAUSE_MS_MAX;

/** The versions of each stream that events wait for and that have not arrived. */
export function missingOf(
  state: State,
  waiting: readonly Arrived[],
  arrived: Readonly<Record<Stream, readonly Arrived[]>> = queuesOf(waiting),
): Record<Stream, Ranges> {
  const missing = (stream: Stream): Ranges => {
    const needed = waiting.reduce((most, each) => Math.max(most, neededOf(each, stream)), 0);
    const known = arrived[stream].map(({ event }) => event.version).filter((version) => version <= needed);
    const found: Range[] = [];
    let first = reached(state, stream) + 1;
    for (const version of [...known, needed + 1]) {
      if (version > first) found.push([first, version - 1]);
      first = Math.max(first, version + 1);
    }
    return without(found, state.waived[stream] ?? []);
  };
  return { customers: missing('customers'), loans: missing('loans'), payments: missing('payments') };
}

const without = (ranges: Ranges, waived: Ranges): Ranges =>
  waived.reduce<Ranges>(
    (left, [first, last]) =>
      left.flatMap((range) => [...within([range], [1, first - 1]), ...within([range], [last + 1, Infinity])]),
    ranges,
  );

const waiversOf = (stream: Stream, missing: Ranges, absence: Absence | undefined): Waiver[] =>
  absence === undefined
    ? []
    : within(missing, absence.versions).map((versions) => ({ stream, versions, why: absence.why }));

function queuesOf<A extends Arrived>(arrived: readonly A[]): Record<Stream, A[]> {
  const queues: Record<Stream, A[]> = { customers: [], loans: [], payments: [] };
  for (const each of arrived) queues[each.event.stream].push(each);
  for (const stream of STREAMS) queues[stream].sort((a, b) => a.event.version - b.event.version);
  return queues;
}

/** The version of a stream up to which an event needs all versions. */
const neededOf = ({ event }: Arrived, stream: Stream): number =>
  event.stream === stream ? event.version - 1 : (event.seen[stream] ?? 0);

/** The version of a stream up to which no version is missing. */
const reached = ({ versions, waived }: State, stream: Stream): number => reach(waived[stream] ?? [], versions[stream]);

const hasCauses = (arrived: Arrived, state: State): boolean =>
  STREAMS.every((stream) => neededOf(arrived, stream) <= reached(state, stream));
