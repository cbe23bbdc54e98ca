/** The journal under audit: reads entries, verifies their digests and validates them against their contracts. */
import { EVENT_TYPES, type Stream, type StreamEvent, streamEvent } from '@mo/contracts';
import { run, type Sql } from '@mo/database';
import { journalDigest } from '../sql/tables.ts';
import { inTurns } from './turns.ts';

export interface JournalEntry {
  readonly version: number;
  /** Null if the entry can't be understood. */
  readonly event: StreamEvent | null;
  /** The fault of this entry, regardless of the others; null if there is none. */
  readonly fault: string | null;
}

interface EntryRow {
  customer_id: string;
  version: string;
  type: string;
  data: string;
  seen: string;
  time: string;
  traceparent: string | null;
  sealed: boolean;
}

/** Reads the whole journals of customers. */
export async function readEntries(
  sql: Sql,
  stream: Stream,
  customerIds: readonly number[],
): Promise<Map<number, JournalEntry[]>> {
  const rows = await run<EntryRow>(
    sql,
    `SELECT j.customer_id, j.version, j.type, j.data::text AS data, j.seen::text AS seen, j.traceparent,
       coalesce(to_char(j.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), j.time::text) AS time,
       j.digest = ${journalDigest('j')} AS sealed
     FROM journal j WHERE j.customer_id = ANY($1::bigint[]) ORDER BY j.customer_id, j.version`,
    [customerIds],
  );
  return inTurns(entriesOf(stream, customerIds, rows));
}

function* entriesOf(stream: Stream, customerIds: readonly number[], rows: readonly EntryRow[]) {
  const entries = new Map<number, JournalEntry[]>(customerIds.map((id) => [id, []]));
  for (const row of rows) {
    entries.get(Number(row.customer_id))?.push(readEntry(stream, row));
    yield;
  }
  return entries;
}

function readEntry(stream: Stream, row: EntryRow): JournalEntry {
  const version = Number(row.version);
  const { type, time, traceparent } = row;
  let value: unknown;
  try {
    value = { data: JSON.parse(row.data) as unknown, seen: JSON.parse(row.seen) as unknown };
  } catch {
    return { version, event: null, fault: 'the data or seen is not JSON' };
  }
  const envelope = { stream, customer_id: Number(row.customer_id), version, type, time, traceparent };
  const result = streamEvent.safeParse({ ...(value as object), ...envelope });
  if (!result.success) {
    const issues = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { version, event: null, fault: `it breaks the contract of ${type}: ${issues.join('; ')}` };
  }
  const fault = row.sealed ? null : 'it was changed after it was written: its digest differs';
  return { version, event: result.data, fault };
}

/** The faults of a whole journal, by version. */
export function* journalFaults(
  stream: Stream,
  customerId: number,
  entries: readonly JournalEntry[],
): Generator<void, { version: number; text: string }[]> {
  const faults: { version: number; text: string }[] = [];
  let last: StreamEvent | null = null;
  let expected = 1;
  for (const { version, event, fault } of entries) {
    yield;
    const note = (text: string) => faults.push({ version, text });
    if (version < expected) note('it exists more than once');
    if (version > expected) note(`versions ${expected} to ${version - 1} are missing before it`);
    expected = version + 1;
    if (fault !== null) note(fault);
    if (event === null) continue;
    if (event.data.customer_id !== customerId) note(`its customer_id is ${event.data.customer_id}`);
    if (EVENT_TYPES[event.type].stream !== stream) note(`${event.type} is not an event of ${stream}`);
    if ((event.type === 'CustomerRegistered') !== (stream === 'customers' && version === 1))
      note(`${event.type} does not belong at this version`);
    if (last !== null && event.time < last.time) note(`its time ${event.time} is before that of the previous event`);
    for (const [other, seen] of Object.entries(last?.seen ?? {}) as [Stream, number][])
      if ((event.seen[other] ?? 0) < seen) note(`it has seen less of ${other} than the previous event`);
    last = event;
  }
  return faults;
}

/** The events of a journal from version 1 up to the first that is missing or can't be understood. */
export function soundEvents(entries: readonly JournalEntry[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  for (const { version, event } of entries) {
    if (version === events.length && event !== null) continue;
    if (event === null || version !== events.length + 1) break;
    events.push(event);
  }
  return events;
}
