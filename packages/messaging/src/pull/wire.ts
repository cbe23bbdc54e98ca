/**
 * What a pull says on the wire: many customers in one request, so that pulls that arrive together travel together. What isn't
 * known is passed over, either way: the other side may be of a later version.
 */
import { externalId, resourceId, streamEvent } from '@mo/contracts';
import { z } from 'zod';

/** How many customers one request may ask for. */
export const WANTS_MAX = 200;
/** How many events one customer's page holds. */
export const PULL_EVENTS_MAX = 500;
/** How many events one answer holds, over all its customers; at least one a customer that has any. */
export const PULL_ANSWER_EVENTS_MAX = 5_000;

export const pullWant = z.object({
  customer_id: resourceId.optional(),
  external_id: externalId.optional(),
  after: z.int().min(0),
});
export const pullRequest = z.object({ wants: z.array(pullWant).min(1).max(WANTS_MAX) });
export type PullWant = z.infer<typeof pullWant>;

/** What is checked of an answer at once; its events one by one, so that one bad event stops one customer. */
export const pullAnswer = z.object({
  pages: z.array(z.object({ customer_id: resourceId.nullable(), head: z.int().min(0), events: z.array(z.unknown()) })),
});
export const pulledEvent = streamEvent;

export const settleRequest = z.object({ customer_id: resourceId, version: z.int().min(0) });
export const settleAnswer = z.object({ applied: z.boolean() });

/** A span of time, in ms since the epoch. */
export interface TimeSpan {
  /** It begins with this; with 0, it is all time. */
  readonly sinceMs: number;
  /** It ends before this; left out, it has no end. */
  readonly untilMs?: number;
}

/** A time after all others, in ms since the epoch. */
export const ENDLESS_MS = Date.UTC(9999, 0, 1);

const timeMs = z.coerce.number().int().min(0).max(ENDLESS_MS);
export const headsQuery = z.object({
  /** Only customers with an event in this span. */
  since: timeMs.default(0),
  until: timeMs.optional(),
  after: z.coerce.number().int().min(0).default(0),
});
/** How many heads an answer holds, of all customers and of those with recent events. */
export const HEADS_PAGE_MAX = 2_000;
export const RECENT_HEADS_PAGE_MAX = 20_000;
/** How many events of a span with an end are read for its heads: where it has more, its page is never the last. */
export const RECENT_EVENTS_MAX = 20_000;
export const headsAnswer = z.object({
  heads: z.array(z.tuple([resourceId, z.int().min(1)])),
  /** Whether no more follow; where an earlier version doesn't say so, it is a page that isn't full. */
  is_last: z.boolean().optional(),
});

/** A page of heads: customer ids, and the last version of each in the span that was asked for. */
export interface HeadsPage {
  readonly heads: readonly (readonly [customerId: number, version: number])[];
  readonly isLast: boolean;
}
