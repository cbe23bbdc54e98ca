/** What a stretch of load came to. */
import { addHistogram, type Histogram, newHistogram } from '@mo/load';
import { KINDS, type Kind } from './recipes.ts';

/** The numbers of what was created, by kind. */
export type Numbers = Record<Kind, number[]>;

export interface Outcome {
  /** From the first request to the last answer. */
  seconds: number;
  /** Answers as they should be. */
  done: number;
  /** In a closed loop from the sending, in an open one from when the request was due, to the last byte of the answer. */
  readonly latency: Histogram;
  /** How far the generator itself was behind the clock. */
  readonly lateness: Histogram;
  /** Everything else, by status, or by how a connection broke. */
  readonly errors: Map<string, number>;
  /** What was acknowledged. */
  readonly created: Numbers;
  /** What may have been done: the answer was an error of the server, or none came. */
  readonly unknown: Numbers;
  /** The number that the next request would have had. */
  nextNumber: number;
}

export const noNumbers = (): Numbers =>
  Object.fromEntries(KINDS.map((kind): [Kind, number[]] => [kind, []])) as Numbers;

export function newOutcome(nextNumber = 0): Outcome {
  const counted = { latency: newHistogram(), lateness: newHistogram(), errors: new Map<string, number>() };
  return { seconds: 0, done: 0, ...counted, created: noNumbers(), unknown: noNumbers(), nextNumber };
}

/** Adds a stretch to those before it. */
export function addOutcome(to: Outcome, from: Outcome): void {
  to.seconds += from.seconds;
  to.done += from.done;
  addHistogram(to.latency, from.latency);
  addHistogram(to.lateness, from.lateness);
  for (const [what, times] of from.errors) countError(to, what, times);
  for (const kind of KINDS) {
    for (const number of from.created[kind]) to.created[kind].push(number);
    for (const number of from.unknown[kind]) to.unknown[kind].push(number);
  }
  to.nextNumber = from.nextNumber;
}

export function countError({ errors }: Outcome, what: string, times = 1): void {
  errors.set(what, (errors.get(what) ?? 0) + times);
}

/** How many errors there were. */
export const errorsOf = ({ errors }: Pick<Outcome, 'errors'>): number =>
  [...errors.values()].reduce((sum, times) => sum + times, 0);
