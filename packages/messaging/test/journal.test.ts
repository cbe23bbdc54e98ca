import { type StreamEvent, streamEvent } from '@mo/contracts';
import { type Database, inTransaction, run, sqlOf } from '@mo/database';
import { appendEvents, Journal, type TimeSpan } from '../src/index.ts';
import {
  ENDLESS_MS,
  HEADS_PAGE_MAX,
  PULL_ANSWER_EVENTS_MAX,
  PULL_EVENTS_MAX,
  RECENT_EVENTS_MAX,
  RECENT_HEADS_PAGE_MAX,
} from '../src/pull/wire.ts';
import { ALL_HEADS, RECENT_HEADS, TIMED_HEADS } from '../src/sql/journal.ts';
import { waitFor } from '../src/testing/index.ts';
import { eventOf, eventsOf, NOW_MS } from './ledger.ts';
import { type LedgerDatabases, migratedLedger } from './ledger-tables.ts';

const BY_NAME = 'SELECT customer_id FROM accounts WHERE external_id = want.external_id';
const DAY_MS = 86_400_000;

let database: Database;
let databases: LedgerDatabases;
let journal: Journal;
beforeEach(async () => {
  ({ database, databases } = await migratedLedger());
  journal = new Journal(database, 'loans', BY_NAME);
});
afterEach(() => databases.close());

const append = (...events: StreamEvent[]) => inTransaction(database, (sql) => appendEvents(sql, events));
const countOf = (events: string): number => (JSON.parse(events) as unknown[]).length;
const read = (events = '[]'): StreamEvent[] =>
  (JSON.parse(events) as unknown[]).map((event) => streamEvent.parse(event));

/** Events of customers `from` to `to`, each with versions up to `versions`. */
const fill = (from: number, to: number, versions: number) =>
  run(
    sqlOf(database),
    `INSERT INTO journal (customer_id, version, type, data, seen, time)
     SELECT c, v, 'LoanPaid', '{}', '{}', now() FROM generate_series($1::int, $2::int) c, generate_series(1, $3::int) v`,
    [from, to, versions],
  );

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Strategy?: 'Plain' | 'Sorted' | 'Hashed';
  readonly 'Recheck Cond'?: string;
  readonly Plans?: readonly Plan[];
}

async function explained(text: string, parameters: readonly (number | null)[]): Promise<Plan> {
  const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(sqlOf(database), text, parameters);
  return (row as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan;
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
/** Whether a node reads the table, by whatever way. */
const readsTable = (node: Plan): boolean => /^(Seq|Index|Bitmap Index)/.test(node['Node Type']);

describe("a customer's page", () => {
  it('contains the events as written, in version order, with the head', async () => {
    const odd = eventOf('loans', 1, 2, { customers: 3, payments: 0 });
    const [first, , third] = eventsOf('loans', 1, 3) as [StreamEvent, StreamEvent, StreamEvent];
    const named = { ...odd, data: { ...odd.data, customer_external_id: 'ü"\\\'{}€𝄞' } } as StreamEvent;
    const traced = { ...third, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } as StreamEvent;
    await append(first, named, traced);
    const [page] = await journal.pages([{ customer_id: 1, after: 0 }]);
    expect(page).toMatchObject({ customerId: 1, head: 3 });
    expect(read(page?.events)).toEqual([first, named, traced]);
  });

  it('can be read whatever a trace context contains', async () => {
    const event = { ...eventOf('loans', 1, 1), traceparent: '"\\' } as StreamEvent;
    await append(event);
    const [page] = await journal.pages([{ customer_id: 1, after: 0 }]);
    expect(read(page?.events)).toEqual([event]);
  });

  it('starts after the requested version', async () => {
    await append(...eventsOf('loans', 1, 4));
    const pages = await journal.pages([2, 4, 9].map((after) => ({ customer_id: 1, after })));
    expect(pages.map(({ head, events }) => [head, read(events).map(({ version }) => version)])).toEqual([
      [4, [3, 4]],
      [4, []],
      [4, []],
    ]);
  });

  it('is returned per customer in the requested order, as unknown for customers without events', async () => {
    await append(...eventsOf('loans', 3, 1), ...eventsOf('loans', 1, 2));
    const pages = await journal.pages([3, 2, 1, 3].map((customer_id) => ({ customer_id, after: 0 })));
    expect(pages.map(({ customerId, head, events }) => [customerId, head, countOf(events)])).toEqual([
      [3, 1, 1],
      [null, 0, 0],
      [1, 2, 2],
      [3, 1, 1],
    ]);
  });

  it('may be requested by external_id', async () => {
    await run(sqlOf(database), `INSERT INTO accounts (customer_id, external_id) VALUES (7, 'a'), (8, 'no events')`);
    await append(eventOf('loans', 7, 1));
    const pages = await journal.pages(['a', 'b', 'no events'].map((external_id) => ({ external_id, after: 0 })));
    expect(pages.map(({ customerId, head }) => [customerId, head])).toEqual([
      [7, 1],
      [null, 0],
      [null, 0],
    ]);
  });

  it('has a limit, per customer and per answer', async () => {
    await fill(1, 20, PULL_EVENTS_MAX + 1);
    const sizes = async (customers: number) => {
      const wants = Array.from({ length: customers }, (_, n) => ({ customer_id: n + 1, after: 0 }));
      return new Set((await journal.pages(wants)).map(({ head, events }) => `${countOf(events)} of ${head}`));
    };
    const head = PULL_EVENTS_MAX + 1;
    expect(await sizes(1)).toEqual(new Set([`${PULL_EVENTS_MAX} of ${head}`]));
    expect(await sizes(20)).toEqual(new Set([`${PULL_ANSWER_EVENTS_MAX / 20} of ${head}`]));
  });
});

describe('the heads', () => {
  const headsOf = async (span: TimeSpan, after: number) => (await journal.heads(span, after)).heads;

  it('are the last versions of customers above the requested id, by customer', async () => {
    await append(...eventsOf('loans', 5, 3), ...eventsOf('loans', 2, 1), ...eventsOf('loans', 9, 2));
    expect(await headsOf({ sinceMs: 0 }, 0)).toEqual([
      [2, 1],
      [5, 3],
      [9, 2],
    ]);
    expect(await headsOf({ sinceMs: 0 }, 5)).toEqual([[9, 2]]);
    expect(await headsOf({ sinceMs: 0 }, 9)).toEqual([]);
  });

  it('include the times of their events if requested', async () => {
    const later = new Date(NOW_MS + DAY_MS).toISOString();
    await append(eventOf('loans', 1, 1), { ...eventOf('loans', 1, 2), time: later }, eventOf('loans', 2, 1));
    const timed = [
      [1, 2, NOW_MS + DAY_MS],
      [2, 1, NOW_MS],
    ];
    expect(await journal.heads({ sinceMs: 0 }, 0, true)).toEqual({ heads: timed, isLast: true });
  });

  it('of a span are those of customers with an event in it, and are the last in the span', async () => {
    const later = new Date(NOW_MS + DAY_MS).toISOString();
    await append(eventOf('loans', 1, 1), { ...eventOf('loans', 1, 2), time: later }, eventOf('loans', 2, 1));
    expect(await headsOf({ sinceMs: NOW_MS }, 0)).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(await headsOf({ sinceMs: NOW_MS + DAY_MS }, 0)).toEqual([[1, 2]]);
    expect(await headsOf({ sinceMs: NOW_MS + DAY_MS + 1 }, 0)).toEqual([]);
    const bothFirst = [
      [1, 1],
      [2, 1],
    ];
    expect(await headsOf({ sinceMs: NOW_MS, untilMs: NOW_MS + DAY_MS }, 0)).toEqual(bothFirst);
    expect(await headsOf({ sinceMs: 1, untilMs: NOW_MS + 1 }, 0)).toEqual(bothFirst);
    expect(await headsOf({ sinceMs: 1, untilMs: NOW_MS }, 0)).toEqual([]);
  });

  it('are returned in pages that together contain each customer once', async () => {
    await fill(1, HEADS_PAGE_MAX + 3, 1);
    const first = await journal.heads({ sinceMs: 0 }, 0);
    expect([first.heads.length, first.isLast]).toEqual([HEADS_PAGE_MAX, false]);
    const rest = [1, 2, 3].map((more) => [HEADS_PAGE_MAX + more, 1]);
    expect(await journal.heads({ sinceMs: 0 }, first.heads.at(-1)?.[0] ?? 0)).toEqual({ heads: rest, isLast: true });
  });

  it('are returned in larger pages if only those with recent events are requested', async () => {
    await fill(1, RECENT_HEADS_PAGE_MAX + 3, 1);
    const first = await journal.heads({ sinceMs: NOW_MS }, 0);
    expect([first.heads.length, first.isLast]).toEqual([RECENT_HEADS_PAGE_MAX, false]);
    const rest = [1, 2, 3].map((more) => [RECENT_HEADS_PAGE_MAX + more, 1]);
    expect(await journal.heads({ sinceMs: NOW_MS }, first.heads.at(-1)?.[0] ?? 0)).toEqual({
      heads: rest,
      isLast: true,
    });
  });

  it('of a span without events are found without reading the events of other times', async () => {
    await fill(1, 2_000, 10);
    const looksAt = async () => {
      const nodes = nodesOf(await explained(`EXPLAIN (ANALYZE, FORMAT JSON) ${RECENT_HEADS}`, [0, 1, 2, null]));
      return nodes.map((node) => node['Rows Removed by Index Recheck'] ?? 0).filter((rows) => rows > 0);
    };
    // A vacuum of the server's own may be at it.
    await waitFor(async () => {
      await new Journal(database, 'loans', BY_NAME).heads({ sinceMs: 1, untilMs: 2 }, 0);
      return (await looksAt()).length === 0;
    });
  });

  it('of a span with more events than the limit are a part, and not the last page', async () => {
    await fill(1, 2, RECENT_EVENTS_MAX / 2);
    const span = { sinceMs: NOW_MS, untilMs: ENDLESS_MS };
    const both = [1, 2].map((id) => [id, RECENT_EVENTS_MAX / 2]);
    expect(await journal.heads(span, 0)).toEqual({ heads: both, isLast: true });
    await fill(3, 3, 1);
    expect((await journal.heads(span, 0)).isLast).toBe(false);
    // Whoever asks without an end pages through all of it.
    expect(await journal.heads({ sinceMs: NOW_MS }, 0)).toEqual({ heads: [...both, [3, 1]], isLast: true });
  });

  it('of a span are grouped without sorting its events, and its bounds are computed once', async () => {
    for (const customers of [0, 2_000]) {
      if (customers > 0) await fill(1, customers, 10);
      const nodes = nodesOf(await explained(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${RECENT_HEADS}`, []));
      expect(nodes.map(({ Strategy }) => Strategy)).toContain('Hashed');
      expect(nodes.map((node) => node['Recheck Cond'] ?? '').filter((condition) => condition !== '')).toEqual([
        expect.stringMatching(/^\(\("?time"? >= \(InitPlan \d+\)\.col1\) AND \("?time"? < \(InitPlan \d+\)\.col1\)\)$/),
      ]);
    }
  });

  it('are found while the journal is vacuumed', async () => {
    await append(eventOf('loans', 1, 1));
    const heads = await inTransaction(database, async (sql) => {
      await run(sql, 'LOCK TABLE journal IN SHARE UPDATE EXCLUSIVE MODE');
      return headsOf({ sinceMs: NOW_MS }, 0);
    });
    expect(heads).toEqual([[1, 1]]);
  });

  it.each([
    ['all', ALL_HEADS, [0], [['Index Only Scan', 'journal_pkey']]],
    [
      'all with times',
      TIMED_HEADS,
      [0],
      [
        ['Index Only Scan', 'journal_pkey'],
        ['Index Scan', 'journal_pkey'],
      ],
    ],
    [
      'with recent events',
      RECENT_HEADS,
      [0, NOW_MS, ENDLESS_MS, RECENT_EVENTS_MAX],
      [['Bitmap Index Scan', 'journal_time']],
    ],
  ] as [string, string, number[], [string, string][]][])(
    'are found without reading all events: %s',
    async (_of, text, parameters, indexes) => {
      // A plan that is made while there is nothing is kept.
      for (const customers of [0, 2_000]) {
        if (customers > 0) await fill(1, customers, 10);
        const scans = nodesOf(await explained(`EXPLAIN (FORMAT JSON) ${text}`, parameters)).filter(readsTable);
        const found = scans.map((scan) => [scan['Node Type'], scan['Index Name']]);
        expect(new Map(found.map((each) => [each.join(), each]))).toEqual(
          new Map(indexes.map((each) => [each.join(), each])),
        );
      }
    },
  );
});

describe('an event', () => {
  it('is written once for its customer and version: a second one is a conflict', async () => {
    await append(eventOf('loans', 1, 1));
    await expect(append(eventOf('loans', 1, 1))).rejects.toThrow(/duplicate key/);
    expect(await run(sqlOf(database), 'SELECT count(*)::int AS n FROM outbox')).toEqual([{ n: 1 }]);
  });

  it('gets its outbox entry in the order of decisions', async () => {
    await append(eventOf('loans', 9, 1), eventOf('loans', 1, 1), eventOf('loans', 9, 2));
    const entries = await run<{ entry: string }>(
      sqlOf(database),
      `SELECT customer_id || '.' || version AS entry FROM outbox ORDER BY id`,
    );
    expect(entries.map(({ entry }) => entry)).toEqual(['9.1', '1.1', '9.2']);
  });
});
