/**
 * The journal of a service's own stream. An event is written once, in the transaction of the change that it describes,
 * together with an outbox entry. It is kept forever, and serves pulls, the history of a customer, and the backfill of
 * new subscribers.
 */
import type { Stream, StreamEvent } from '@mo/contracts';
import type { Database } from '@mo/database';
import {
  arrayRows,
  column,
  columnNames,
  placedArrayRows,
  run,
  runAll,
  type Sql,
  type Statement,
  sqlOf,
  sqlState,
} from '@mo/database';
import { systemClock } from '@mo/service-kit';
import {
  ENDLESS_MS,
  HEADS_PAGE_MAX,
  type HeadsPage,
  PULL_ANSWER_EVENTS_MAX,
  PULL_EVENTS_MAX,
  type PullWant,
  RECENT_EVENTS_MAX,
  RECENT_HEADS_PAGE_MAX,
  type TimeSpan,
} from '../pull/wire.ts';

interface HeadRow {
  customer_id: string;
  version: string;
  at_ms?: string;
}

/** A page of one customer's events. */
export interface JournalPage {
  readonly customerId: number | null;
  readonly head: number;
  /** A JSON array, sent as it was read: parsing a page of 400 events would take longer than all other work on it. */
  readonly events: string;
}

const HEAD = { customer_id: 'bigint', version: 'bigint' };
const EVENT = { ...HEAD, type: 'text', data: 'json', seen: 'json', time: 'timestamptz', traceparent: 'text' };

const WRITE = `INSERT INTO journal (${columnNames(EVENT)}) ${arrayRows(EVENT)}`;

const WANT = { customer_id: 'bigint', external_id: 'text', after: 'bigint' };

/** The transaction gets its own id before it draws ids of outbox entries; the outbox floor depends on that. */
const APPEND = `
  WITH entries AS (${WRITE})
  INSERT INTO outbox (customer_id, version)
  SELECT customer_id, version FROM (${placedArrayRows(HEAD)}) AS new
  WHERE (SELECT pg_current_xact_id() IS NOT NULL)
  ORDER BY place`;

/** The statement that writes events and their outbox entries, in order. The customers' accounts must be locked. */
export const appendStatements = (events: readonly StreamEvent[]): Statement[] =>
  events.length === 0 ? [] : [{ text: APPEND, parameters: columnsOf(events) }];

/** Runs `appendStatements` at once. */
export const appendEvents = (sql: Sql, events: readonly StreamEvent[]): Promise<void> =>
  runAll(sql, appendStatements(events));

/** Writes events that the journal has lost and that were read back from Kafka. */
export async function restoreEvents(sql: Sql, events: readonly StreamEvent[]): Promise<void> {
  if (events.length > 0) await run(sql, WRITE, columnsOf(events));
}

const columnsOf = (events: readonly StreamEvent[]) => [
  column(events, (event) => event.customer_id),
  column(events, (event) => event.version),
  column(events, (event) => event.type),
  column(events, (event) => JSON.stringify(event.data)),
  column(events, (event) => JSON.stringify(event.seen)),
  column(events, (event) => event.time),
  column(events, (event) => event.traceparent),
];

/** Skips from customer to customer in the index: the cost doesn't depend on the number of events per customer. */
const allHeads = (columns: string) => `
  WITH RECURSIVE known (customer_id, place) AS (
    (SELECT customer_id, 1 FROM journal WHERE customer_id > $1 ORDER BY customer_id LIMIT 1)
    UNION ALL
    SELECT next.customer_id, place + 1 FROM known CROSS JOIN LATERAL (
      SELECT customer_id FROM journal WHERE customer_id > known.customer_id ORDER BY customer_id LIMIT 1
    ) next
    WHERE place < ${HEADS_PAGE_MAX}
  )
  SELECT known.customer_id, head.* FROM known CROSS JOIN LATERAL (
    SELECT ${columns} FROM journal WHERE customer_id = known.customer_id ORDER BY version DESC LIMIT 1
  ) head
  ORDER BY known.customer_id`;
export const ALL_HEADS = allHeads('version');
/** Also reads the row of each head, because the index doesn't contain the time. */
export const TIMED_HEADS = allHeads('version, (extract(epoch FROM time) * 1000)::bigint AS at_ms');

/**
 * Reads the events of a span by time and filters them by customer, because a scan by customer would read the whole
 * journal. Each page reads the span again, so spans should be short. Reads at most $4 events, or all if $4 is null. One
 * generic plan, made for few events, serves all spans. So the bounds are subqueries, computed once instead of per row,
 * and grouping is separate from ordering, so that the events need no sort.
 */
export const RECENT_HEADS = `
  WITH recent AS MATERIALIZED (
    SELECT customer_id, version FROM journal
    WHERE time >= (SELECT to_timestamp($2::bigint / 1000.0)) AND time < (SELECT to_timestamp($3::bigint / 1000.0)) LIMIT $4
  ), heads AS MATERIALIZED (
    SELECT customer_id, max(version) AS version, count(*) AS events FROM recent GROUP BY customer_id
  )
  SELECT customer_id, version, (SELECT sum(events) FROM heads) AS events FROM heads WHERE customer_id > $1
  ORDER BY customer_id LIMIT ${RECENT_HEADS_PAGE_MAX}`;

/**
 * Page ranges that the BRIN index on `time` has not summarised yet are read for every span. PostgreSQL summarises on
 * vacuum, a minute or two later: during an upload, that is half a million rows. The lock timeout is short so that this
 * statement doesn't wait for a vacuum, which PostgreSQL would cancel in its favour.
 */
const SUMMARISE = `
  WITH within AS MATERIALIZED (SELECT set_config('lock_timeout', '100ms', true))
  SELECT brin_summarize_new_values('journal_time') FROM within`;
const SUMMARISE_INTERVAL_MS = 5_000;
/** lock_not_available, insufficient_privilege, query_canceled (timeout), deadlock_detected: summarising is optional. */
const UNSUMMARISED_STATES = ['55P03', '42501', '57014', '40P01'];

/** SQL for the JSON text of an event on the wire; `j` is the journal row. */
export const eventText = (stream: Stream): string => `
  '{"stream":"${stream}","customer_id":' || j.customer_id || ',"version":' || j.version || ',"type":"' || j.type
  || '","data":' || j.data || ',"seen":' || j.seen
  || ',"time":"' || to_char(j.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  || '","traceparent":' || coalesce(to_json(j.traceparent)::text, 'null') || '}'`;

const readHead = ({ customer_id: id, version, at_ms: atMs }: HeadRow): HeadsPage['heads'][number] =>
  atMs === undefined ? [Number(id), Number(version)] : [Number(id), Number(version), Number(atMs)];

export class Journal {
  readonly #database: Database;
  readonly #pages: string;
  #summariseDueMs = Number.NEGATIVE_INFINITY;

  /**
   * @param database connections of its own, so that pulls are served however busy the write path is
   * @param resolve SQL for the customer id of external_id `want.external_id`; null if the stream has no external_ids
   */
  constructor(database: Database, stream: Stream, resolve: string | null) {
    this.#database = database;
    const customer = resolve === null ? 'want.customer_id' : `coalesce(want.customer_id, (${resolve}))`;
    this.#pages = `
      SELECT c.customer_id, coalesce(head.version, 0) AS head, '[' || coalesce(page.events, '') || ']' AS events
      FROM (${placedArrayRows(WANT)}) AS want
      CROSS JOIN LATERAL (SELECT ${customer} AS customer_id) c
      LEFT JOIN LATERAL (
        SELECT version FROM journal WHERE customer_id = c.customer_id ORDER BY version DESC LIMIT 1
      ) head ON true
      LEFT JOIN LATERAL (
        SELECT string_agg(${eventText(stream)}, ',' ORDER BY j.version) AS events
        FROM (
          SELECT * FROM journal WHERE customer_id = c.customer_id AND version > want.after ORDER BY version LIMIT $4
        ) j
      ) page ON true
      ORDER BY want.place`;
  }

  /** The next events and the head of each requested customer, all from one snapshot. */
  async pages(wants: readonly PullWant[]): Promise<JournalPage[]> {
    const each = Math.max(1, Math.min(PULL_EVENTS_MAX, Math.floor(PULL_ANSWER_EVENTS_MAX / wants.length)));
    const rows = await run<{ customer_id: string | null; head: string; events: string }>(
      sqlOf(this.#database),
      this.#pages,
      [
        column(wants, (want) => want.customer_id ?? null),
        column(wants, (want) => want.external_id ?? null),
        column(wants, (want) => want.after),
        each,
      ],
    );
    return rows.map(({ customer_id, head, events }) => ({
      customerId: customer_id === null || Number(head) === 0 ? null : Number(customer_id),
      head: Number(head),
      events,
    }));
  }

  /**
   * A page of heads of the customers above `after`, by customer id: of all customers, or of those with an event in a
   * span. If the span has an end, and more events than are read, the page covers only some of its customers.
   *
   * @param withTimes whether heads of all customers have the times of their events
   */
  async heads(span: TimeSpan, after: number, withTimes = false): Promise<HeadsPage> {
    return span.sinceMs === 0 ? this.#allHeads(after, withTimes) : this.#recentHeads(span, after);
  }

  async #allHeads(after: number, withTimes: boolean): Promise<HeadsPage> {
    const rows = await run<HeadRow>(sqlOf(this.#database), withTimes ? TIMED_HEADS : ALL_HEADS, [after]);
    return { heads: rows.map(readHead), isLast: rows.length < HEADS_PAGE_MAX };
  }

  async #recentHeads({ sinceMs, untilMs }: TimeSpan, after: number): Promise<HeadsPage> {
    await this.#summarise();
    const eventsMax = untilMs === undefined ? null : RECENT_EVENTS_MAX + 1;
    const parameters = [after, sinceMs, untilMs ?? ENDLESS_MS, eventsMax];
    const rows = await run<HeadRow & { events: string }>(sqlOf(this.#database), RECENT_HEADS, parameters);
    const isCut = eventsMax !== null && Number(rows[0]?.events ?? 0) === eventsMax;
    return { heads: rows.map(readHead), isLast: rows.length < RECENT_HEADS_PAGE_MAX && !isCut };
  }

  async #summarise(): Promise<void> {
    const nowMs = systemClock.elapsed();
    if (nowMs < this.#summariseDueMs) return;
    this.#summariseDueMs = nowMs + SUMMARISE_INTERVAL_MS;
    await run(sqlOf(this.#database), SUMMARISE).catch((error: unknown) => {
      if (!UNSUMMARISED_STATES.includes(sqlState(error))) throw error;
    });
  }
}
