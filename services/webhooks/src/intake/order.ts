/**
 * The order in which a customer's events are told. Each of the three topics has its events in order, but nothing orders one
 * topic against another: a payment may arrive before the loan that it pays. An event says which versions of the other
 * streams it was decided on, and waits here until those have come, and the one before it of its own; so whoever is told of
 * events one after the other never hears of an effect before its cause.
 */
import { STREAMS, type Stream, type StreamEvent, type Versions } from '@mo/contracts';

/**
 * How long an event waits for its cause, in milliseconds. A cause that a topic has forgotten never comes: then the event goes
 * on without it.
 */
export const CAUSE_MS_MAX = 60_000;

export interface Arrived {
  readonly event: Pick<StreamEvent, 'stream' | 'version' | 'seen'>;
  /** Milliseconds since 1970. */
  readonly arrivedAtMs: number;
}

export interface Ordered<A extends Arrived> {
  /** What is told now, in this order. */
  readonly told: readonly A[];
  /** What waits for its cause. */
  readonly waiting: readonly A[];
  /** The last version of each stream that was told of. */
  readonly versions: Versions;
}

/**
 * Orders what has arrived of one customer, and what waited before. A version that is not above the last one told was told
 * already, and is left out. Of one stream all is told in the order of its versions.
 */
export function order<A extends Arrived>(versions: Versions, arrived: readonly A[], nowMs: number): Ordered<A> {
  const last = { ...versions };
  const told: A[] = [];
  const queues = queuesOf(arrived);
  const tell = (isOverdue: boolean): boolean => {
    let hasTold = false;
    for (const stream of STREAMS) {
      const queue = queues[stream];
      for (let next = queue[0]; next !== undefined; next = queue[0]) {
        const isNew = next.event.version > last[stream];
        if (isNew && !hasCauses(next, last) && !(isOverdue && nowMs - next.arrivedAtMs >= CAUSE_MS_MAX)) break;
        queue.shift();
        if (!isNew) continue;
        last[stream] = next.event.version;
        told.push(next);
        hasTold = true;
        if (isOverdue) return true;
      }
    }
    return hasTold;
  };
  // What is overdue goes on alone, and may be the cause of others.
  while (tell(false) || tell(true));
  return { told, waiting: STREAMS.flatMap((stream) => queues[stream]), versions: last };
}

function queuesOf<A extends Arrived>(arrived: readonly A[]): Record<Stream, A[]> {
  const queues: Record<Stream, A[]> = { customers: [], loans: [], payments: [] };
  for (const each of arrived) queues[each.event.stream].push(each);
  for (const stream of STREAMS) queues[stream].sort((a, b) => a.event.version - b.event.version);
  return queues;
}

const hasCauses = ({ event: { stream, version, seen } }: Arrived, last: Versions): boolean =>
  STREAMS.every((other) => (other === stream ? isNext(version, last[stream]) : (seen[other] ?? 0) <= last[other]));

/** Where nothing was told of a stream, its beginning may be forgotten. */
const isNext = (version: number, last: number): boolean => last === 0 || version <= last + 1;
