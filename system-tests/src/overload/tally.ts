/** Counts replies by operation and status, with their latencies. */
import { type Histogram, newHistogram, type Reply, recordMs } from '@mo/load';
import { type Created, type Kind, noNumbers, type Wanted } from './mix.ts';

/** Statuses that complete a request; the others mean unavailable, or are faults. */
const isDone = (status: number): boolean => status < 400 || status === 422;

export interface Counts {
  /** By `operation status`, or `operation broken: why`. */
  readonly byOutcome: Map<string, number>;
  done: number;
  refused: number;
  /** Replies of 429 and 503 without Retry-After, and errors that are no problem+json. */
  withoutRetryAfter: number;
  withoutProblem: number;
  /** Latencies of completed requests, and of 429 and 503. In an open loop they count from the due time. */
  readonly doneLatency: Histogram;
  readonly refusedLatency: Histogram;
  /** The numbers of writes answered with 201. */
  readonly created: Record<Kind, number[]>;
}

export function newCounts(): Counts {
  return {
    byOutcome: new Map(),
    done: 0,
    refused: 0,
    withoutRetryAfter: 0,
    withoutProblem: 0,
    doneLatency: newHistogram(),
    refusedLatency: newHistogram(),
    created: noNumbers(),
  };
}

/** Counts one reply. */
export function count(counts: Counts, wanted: Wanted, reply: Reply, durationMs: number): void {
  const outcome = 'broken' in reply ? `broken: ${reply.broken}` : String(reply.status);
  const key = `${wanted.operation} ${outcome}`;
  counts.byOutcome.set(key, (counts.byOutcome.get(key) ?? 0) + 1);
  if ('broken' in reply) return;
  if (reply.status >= 400 && !reply.isProblem) counts.withoutProblem += 1;
  if (isDone(reply.status)) {
    counts.done += 1;
    recordMs(counts.doneLatency, durationMs);
    if (reply.status === 201 && wanted.creates !== null) note(counts, wanted.creates);
  } else if (reply.status === 429 || reply.status === 503) {
    counts.refused += 1;
    recordMs(counts.refusedLatency, durationMs);
    if (!reply.hasRetryAfter) counts.withoutRetryAfter += 1;
  }
}

function note({ created }: Counts, { kind, number }: Created): void {
  created[kind].push(number);
}

/** The number of replies by result for all operations: `201`, `503`, `broken: ECONNRESET` … */
export function byStatus({ byOutcome }: Counts): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, times] of byOutcome) {
    const status = key.slice(key.indexOf(' ') + 1);
    sums.set(status, (sums.get(status) ?? 0) + times);
  }
  return new Map([...sums].sort(([a], [b]) => a.localeCompare(b)));
}
