/**
 * The order in which a customer's events are told. Each of the three topics has its events in order, but nothing orders one
 * topic against another: a payment may arrive before the loan that it pays. An event says which versions of the other
 * streams it was decided on, and waits here until those have come, and all before it of its own; so whoever is told of
 * events one after the other never hears of an effect before its cause.
 */
import { STREAMS, type Stream, type StreamEvent, type Versions } from '@mo/contracts';
import { add, includes, type Range, type Ranges, reach, remove, within } from './ranges.ts';

/**
 * How long an event waits at least, in milliseconds, for a cause of which its owner says that it isn't there. Then it goes on
 * without it.
 */
export const CAUSE_MS_MAX = 60_000;

export interface Arrived {
  readonly event: Pick<StreamEvent, 'stream' | 'version' | 'seen'>;
  /** How long it has waited for its causes, in milliseconds by the database's clock: every process counts alike. */
  readonly waitedMs: number;
}

/** How far a customer's streams were told of. */
export interface State {
  /** The last version of each stream that was told of. */
  readonly versions: Versions;
  /** Versions that were not told of, and that nothing waits for. One that comes after all is told of then. */
  readonly waived: Waived;
}
export type Waived = Readonly<Partial<Record<Stream, Ranges>>>;

/** Versions of a stream of which its owner says that they can't be had. */
export interface Absence {
  readonly versions: Range;
  /** Its stream ends before them, it holds one that can't be understood, or they were before there were webhooks. */
  readonly why: 'ended' | 'unfit' | 'before';
}
export type Absences = Readonly<Partial<Record<Stream, Absence>>>;

/** Versions that are waited for no longer. */
export interface Waiver extends Absence {
  readonly stream: Stream;
}

export interface Ordered<A extends Arrived> extends State {
  /** What is told now, in this order. */
  readonly told: readonly A[];
  /** What waits for its cause. */
  readonly waiting: readonly A[];
  /** What is waited for no longer from now on. */
  readonly waivers: readonly Waiver[];
}

/**
 * Orders what has arrived of one customer, and what waited before. A version that was told already is left out. Of one stream
 * all is told in the order of its versions, but for those that were waived and come after all.
 */
export function order<A extends Arrived>(state: State, arrived: readonly A[], absences: Absences): Ordered<A> {
  const last = { ...state.versions };
  const waived: Partial<Record<Stream, Ranges>> = { ...state.waived };
  const told: A[] = [];
  const queues = queuesOf(arrived);
  const tell = (): boolean => {
    let hasTold = false;
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
        told.push(next);
        hasTold = true;
      }
    }
    return hasTold;
  };
  while (tell());
  const overdue = STREAMS.flatMap((stream) => queues[stream]).filter(isOverdue);
  const missing = missingOf({ versions: last, waived }, overdue, queues);
  const waivers = STREAMS.flatMap((stream) => waiversOf(stream, missing[stream], absences[stream]));
  for (const { stream, versions } of waivers) waived[stream] = add(waived[stream] ?? [], versions);
  while (tell());
  return { told, waiting: STREAMS.flatMap((stream) => queues[stream]), waivers, versions: last, waived };
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

/** Up to which version of a stream an event has to wait for all. */
const neededOf = ({ event }: Arrived, stream: Stream): number =>
  event.stream === stream ? event.version - 1 : (event.seen[stream] ?? 0);

/** Up to which version nothing of a stream is waited for. */
const reached = ({ versions, waived }: State, stream: Stream): number => reach(waived[stream] ?? [], versions[stream]);

const hasCauses = (arrived: Arrived, state: State): boolean =>
  STREAMS.every((stream) => neededOf(arrived, stream) <= reached(state, stream));
