/**
 * The wire format of pulls: one request covers many customers, so that concurrent pulls are combined. Both sides ignore
 * unknown fields, because the other side may run a later version.
 */
import { externalId, resourceId, streamEvent } from '@mo/contracts';
import { z } from 'zod';

/** The most customers in one request. */
export const WANTS_MAX = 200;
/** The most events in one customer's page. */
export const PULL_EVENTS_MAX = 500;
/** The most events in one answer, over all its customers; at least one per customer that has any. */
export const PULL_ANSWER_EVENTS_MAX = 5_000;

const pullWant = z.object({
  customer_id: resourceId.optional(),
  external_id: externalId.optional(),
  after: z.int().min(0),
});
export const pullRequest = z.object({ wants: z.array(pullWant).min(1).max(WANTS_MAX) });
export type PullWant = z.infer<typeof pullWant>;

/** Validates an answer except its events, which are validated one by one: a bad event blocks one customer only. */
export const pullAnswer = z.object({
  pages: z.array(z.object({ customer_id: resourceId.nullable(), head: z.int().min(0), events: z.array(z.unknown()) })),
});
export const pulledEvent = streamEvent;

export const settleRequest = z.object({ customer_id: resourceId, version: z.int().min(0) });
export const settleAnswer = z.object({ applied: z.boolean() });

/** A span of time, in ms since the epoch. */
export interface TimeSpan {
  /** The inclusive start; 0 means all time. */
  readonly sinceMs: number;
  /** The exclusive end; if absent, the span has no end. */
  readonly untilMs?: number;
}

/** A time later than any event, in ms since the epoch. */
export const ENDLESS_MS = Date.UTC(9999, 0, 1);

const timeMs = z.coerce.number().int().min(0).max(ENDLESS_MS);
export const headsQuery = z.object({
  /** Only customers with an event in this span. */
  since: timeMs.default(0),
  until: timeMs.optional(),
  after: z.coerce.number().int().min(0).default(0),
  /** Whether heads of all time have their times. */
  times: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
});
/** The most heads in an answer: over all customers, and over those with recent events. */
export const HEADS_PAGE_MAX = 2_000;
export const RECENT_HEADS_PAGE_MAX = 20_000;
/** The most events read for the heads of a span with an end; if it has more, its page is never the last. */
export const RECENT_EVENTS_MAX = 20_000;
export const headsAnswer = z.object({
  /** The third member is present if the times were requested, except at earlier versions. */
  heads: z.array(z.tuple([resourceId, z.int().min(1), z.int().optional()])),
  /** Whether this is the last page. Earlier versions omit it: then a page that isn't full is the last. */
  is_last: z.boolean().optional(),
});

/**
 * A page of heads: customer ids, and the last version of each in the requested span. `atMs` is the time of that
 * version's event, in ms since the epoch, if it was requested and the owner's version supports that.
 */
export interface HeadsPage {
  readonly heads: readonly (readonly [customerId: number, version: number, atMs?: number | undefined])[];
  readonly isLast: boolean;
}
