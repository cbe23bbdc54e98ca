/** Seed customers, created in one bulk upload through the API. */
import type { Run } from '../run.ts';

/** The largest credit line, so that no loan of a scenario is refused. */
const SCORE = '9999999999.99';
const TIMEOUT_MS = 600_000;

/** Creates the given number of customers for each name; resolves to their ids in order. */
export async function seedCustomers(
  run: Run,
  counts: Readonly<Record<string, number>>,
): Promise<Map<string, number[]>> {
  const { url, apiKey } = run.under.stack;
  const lines = Object.entries(counts).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, place) => `${run.id}-${name}-${place},${SCORE}`),
  );
  const response = await fetch(`${url}/api/customers/bulk`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, 'content-type': 'text/csv', 'idempotency-key': `${run.id}-seeds` },
    body: lines.join('\n'),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const summary = (await response.json()) as { created?: number };
  if (summary.created !== lines.length) throw new Error(`the customers were not created: ${JSON.stringify(summary)}`);
  const rows = await run.databases.query<{ id: string; name: string }>(
    'customers',
    `SELECT id, external_id AS name FROM customers WHERE external_id >= $1 AND external_id < $1 || '~' ORDER BY id`,
    [`${run.id}-`],
  );
  const ids = new Map(Object.keys(counts).map((name): [string, number[]] => [name, []]));
  for (const { id, name } of rows) ids.get(name.slice(run.id.length + 1, name.lastIndexOf('-')))?.push(Number(id));
  return ids;
}
