/** Scans the whole journal in pages, customer by customer and in version order, as the relay would have sent it. */

import type { Database } from '@mo/database';
import { run, sqlOf } from '@mo/database';
import type { JournalRow } from '../kafka/cloud-events.ts';

const NEXT = `
  SELECT j.customer_id, j.version, j.type, j.data::text AS data, j.seen::text AS seen, j.traceparent,
    to_char(j.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time
  FROM journal j WHERE (j.customer_id, j.version) > ($1::bigint, $2::bigint)
  ORDER BY j.customer_id, j.version LIMIT $3`;

/** Reads each page as committed when the scan reaches it. Everything committed before the scan began is included. */
export async function* scanJournal(database: Database, eventsMax: number): AsyncGenerator<JournalRow[]> {
  for (let after: JournalRow | undefined; ; ) {
    const rows = await run<JournalRow>(sqlOf(database), NEXT, [
      after?.customer_id ?? 0,
      after?.version ?? 0,
      eventsMax,
    ]);
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1);
  }
}
