/** What came back, counted: by operation and status, with how long it took. */
import type { Reply } from './connection.ts';
import { type Created, KINDS, type Kind, type Wanted } from './mix.ts';

/** Latencies are counted by the millisecond; what takes longer counts as this. */
const LATENCY_MS_MAX = 60_000;

/** Statuses that are an answer to what was asked; the others say that it can't be done now, or are faults. */
const isDone = (status: number): boolean => status < 400 || status === 422;

export interface Counts {
  /** By `operation status`, or `operation broken: why`. */
  readonly byOutcome: Map<string, number>;
  done: number;
  refused: number;
  /** 429 and 503 without Retry-After, and errors that are no problem+json. */
  withoutRetryAfter: number;
  withoutProblem: number;
  /** By the millisecond: answers to what was asked, and 429 and 503. */
  readonly doneMs: Uint32Array;
  readonly refusedMs: Uint32Array;
  /** The numbers of what was answered with 201. */
  readonly created: Record<Kind, number[]>;
}

export function newCounts(): Counts {
  return {
    byOutcome: new Map(),
    done: 0,
    refused: 0,
    withoutRetryAfter: 0,
    withoutProblem: 0,
    doneMs: new Uint32Array(LATENCY_MS_MAX + 1),
    refusedMs: new Uint32Array(LATENCY_MS_MAX + 1),
    created: Object.fromEntries(KINDS.map((kind): [Kind, number[]] => [kind, []])) as Record<Kind, number[]>,
  };
}

/** Counts one reply. */
export function count(counts: Counts, wanted: Wanted, reply: Reply, durationMs: number): void {
  const outcome = 'broken' in reply ? `broken: ${reply.broken}` : String(reply.status);
  const key = `${wanted.operation} ${outcome}`;
  counts.byOutcome.set(key, (counts.byOutcome.get(key) ?? 0) + 1);
  if ('broken' in reply) return;
  const place = Math.min(Math.round(durationMs), LATENCY_MS_MAX);
  if (reply.status >= 400 && !reply.isProblem) counts.withoutProblem += 1;
  if (isDone(reply.status)) {
    counts.done += 1;
    counts.doneMs[place]! += 1;
    if (reply.status === 201 && wanted.creates !== null) note(counts, wanted.creates);
  } else if (reply.status === 429 || reply.status === 503) {
    counts.refused += 1;
    counts.refusedMs[place]! += 1;
    if (!reply.hasRetryAfter) counts.withoutRetryAfter += 1;
  }
}

function note({ created }: Counts, { kind, number }: Created): void {
  created[kind].push(number);
}

/** The latency that this share of the answers didn't exceed, in milliseconds; 0 where there is none. */
export function percentile(byMs: Uint32Array, share: number): number {
  const total = byMs.reduce((sum, value) => sum + value, 0);
  let left = Math.ceil(total * share);
  for (const [ms, answers] of byMs.entries()) {
    left -= answers;
    if (left <= 0) return ms;
  }
  return LATENCY_MS_MAX;
}

/** How many answers there were of each kind, whatever was asked: `201`, `503`, `broken: ECONNRESET` … */
export function byStatus({ byOutcome }: Counts): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, times] of byOutcome) {
    const status = key.slice(key.indexOf(' ') + 1);
    sums.set(status, (sums.get(status) ?? 0) + times);
  }
  return new Map([...sums].sort(([a], [b]) => a.localeCompare(b)));
}
