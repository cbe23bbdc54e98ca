/** The outcome of a load. */
import { addHistogram, type Histogram, newHistogram } from '@mo/load';
import { KINDS, type Kind } from './recipes.ts';

/** The numbers of the created entities, by kind. */
export type Numbers = Record<Kind, number[]>;

export interface Outcome {
  /** From the first request to the last answer. */
  seconds: number;
  /** Expected answers. */
  done: number;
  /** Until the last byte of the answer: from the sending in a closed loop, from the due time in an open loop. */
  readonly latency: Histogram;
  /** How late the generator itself was. */
  readonly lateness: Histogram;
  /** All other results, by status or by connection error. */
  readonly errors: Map<string, number>;
  /** Acknowledged writes. */
  readonly created: Numbers;
  /** Writes whose effect is unknown: a server error, or no answer. */
  readonly unknown: Numbers;
  /** The number of the next request. */
  nextNumber: number;
}

const noNumbers = (): Numbers => Object.fromEntries(KINDS.map((kind): [Kind, number[]] => [kind, []])) as Numbers;

export function newOutcome(nextNumber = 0): Outcome {
  const counted = { latency: newHistogram(), lateness: newHistogram(), errors: new Map<string, number>() };
  return { seconds: 0, done: 0, ...counted, created: noNumbers(), unknown: noNumbers(), nextNumber };
}

/** Adds the outcome of a later load. */
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

/** The number of errors. */
export const errorsOf = ({ errors }: Pick<Outcome, 'errors'>): number =>
  [...errors.values()].reduce((sum, times) => sum + times, 0);
