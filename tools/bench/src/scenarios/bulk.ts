/** Bulk uploads of customers, and COPY of the same rows as a control. */
import { Readable } from 'node:stream';
import { copyCustomers } from '../controls/copy.ts';
import { newOutcome } from '../load/outcome.ts';
import { cpuMs } from '../measure/cpu.ts';
import type { Verified } from '../measure/member.ts';
import { forgetPeaks, peaksMib } from '../measure/memory.ts';
import { type Pids, perProcess } from '../measure/processes.ts';
import { isChosen, type Run, systemPids } from '../run.ts';
import { withOneMore } from './one-more.ts';

/** An upload uses one connection. */
const LEVEL = { connections: 1 };
const UPLOAD_MS_MAX = 3_600_000;
const SETTLE_MS_MAX = 3_600_000;
const CHUNK_LINES = 500;
const SCORE = 1_000;

interface Summary {
  readonly received: number;
  readonly created: number;
  readonly failed: number;
}

/**
 * Measures the selected uploads, last in a run. They run on an additional, otherwise idle system, because memory that
 * earlier scenarios left in a process would count as the upload's. The other systems are stopped.
 */
export async function measureBulk(run: Run): Promise<void> {
  const sizes = (
    [
      ['small', run.plan.bulkSmall],
      ['large', run.plan.bulkLarge],
    ] as const
  ).filter(([size]) => isChosen(run, `bulk-${size}`));
  if (sizes.length === 0) return;
  await Promise.all([run.under.stack.stop(), run.under.bare.stop()]);
  await withOneMore(run, 1, async (other) => {
    for (const [size, count] of sizes) {
      run.say(`measuring an upload of ${count} customers, and COPY of the same rows`);
      await upload(other, `bulk-${size}`, count);
      await copy(other, `copy-${size}`, count, false);
      await copy(other, `copy-all-${size}`, count, true);
    }
  });
}

async function upload(run: Run, name: string, count: number): Promise<void> {
  const prefix = `${run.id}-${name}-`;
  const row = run.rows.of(name, false, LEVEL);
  const outcome = newOutcome();
  let summary: Summary | null = null;
  const slice = await measured(systemPids(run), async () => {
    const startMs = performance.now();
    summary = await send(run, prefix, count);
    outcome.seconds = (performance.now() - startMs) / 1000;
    outcome.done = summary.created;
    return run.settling.settled(SETTLE_MS_MAX);
  });
  row.add({ outcome, cpuMs: slice.cpuMs, peakMib: slice.peakMib, settledMs: slice.result });
  row.verified = await verifyUpload(run, prefix, count, summary);
  for (const fault of row.verified.faults) run.say(`${name} does not add up: ${fault}`);
  run.notes.push(
    `${name}: ${count} customers in one request; rows/s until the answer, CPU until settled, which took ${(slice.result / 1000).toFixed(1)} s more`,
  );
}

async function copy(run: Run, name: string, count: number, all: boolean): Promise<void> {
  const outcome = newOutcome();
  const slice = await measured(systemPids(run), () => copyCustomers(run.under.controlsUrl, count, all));
  outcome.seconds = slice.result.seconds;
  outcome.done = count;
  const row = run.rows.of(name, true, LEVEL);
  row.add({ outcome, cpuMs: slice.cpuMs, peakMib: slice.peakMib, settledMs: 0 });
  const { rows } = slice.result;
  const isWhole = rows.every((there) => there === count);
  row.verified = {
    rows: count,
    faults: isWhole ? [] : [`${count} customers were copied, and there are ${rows.join(', ')} rows`],
  };
  run.notes.push(
    `${name}: COPY of ${count} customers, their events and their outbox entries${all ? ', their balances, and their accounts in two more tables; without digests, staging and the list of an upload' : ''}, in one transaction; rows/s counts customers`,
  );
}

async function measured<T>(pids: Pids, work: () => Promise<T>) {
  forgetPeaks(pids);
  const before = cpuMs(pids);
  const result = await work();
  const after = cpuMs(pids);
  return { result, cpuMs: perProcess((name) => after[name] - before[name]), peakMib: peaksMib(pids) };
}

async function send({ under: { stack } }: Run, prefix: string, count: number): Promise<Summary> {
  const response = await fetch(`${stack.url}/api/customers/bulk`, {
    method: 'POST',
    headers: { 'x-api-key': stack.apiKey, 'content-type': 'text/csv', 'idempotency-key': `${prefix}upload` },
    body: Readable.toWeb(Readable.from(lines(prefix, count))) as ReadableStream,
    duplex: 'half',
    signal: AbortSignal.timeout(UPLOAD_MS_MAX),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`the upload was answered with ${response.status}: ${text}`);
  return JSON.parse(text) as Summary;
}

/** The CSV file, generated while it is sent. */
function* lines(prefix: string, count: number): Generator<Buffer> {
  for (let from = 1; from <= count; from += CHUNK_LINES) {
    let text = '';
    for (let number = from; number < from + CHUNK_LINES && number <= count; number += 1)
      text += `${prefix}customer-${number},${SCORE}.00\n`;
    yield Buffer.from(text);
  }
}

const COUNTS = `
  SELECT count(*) AS rows, count(DISTINCT c.external_id) AS names, (100 * coalesce(sum(c.score), 0))::bigint AS cents,
    count(j.version) AS events, count(b.customer_id) AS balances,
    min(substr(c.external_id, length($1) + 1)::bigint) AS first, max(substr(c.external_id, length($1) + 1)::bigint) AS last
  FROM customers c LEFT JOIN balances b ON b.customer_id = c.id
  LEFT JOIN journal j ON j.customer_id = c.id AND j.type = 'CustomerRegistered' AND j.data->>'customer_external_id' = c.external_id
  WHERE c.external_id >= $1 AND c.external_id < $1 || '~'`;
const FOLLOWED = `
  SELECT count(*) AS rows FROM accounts WHERE external_id >= $1 AND external_id < $1 || '~' AND customers_applied = 1`;

/** Every line exists once, with its event, its balance, and an account in each following service. */
async function verifyUpload(run: Run, prefix: string, count: number, summary: Summary | null): Promise<Verified> {
  const names = [`${prefix}customer-`];
  const [told = {}] = await run.databases.query<Record<string, string>>('customers', COUNTS, names);
  const followed = async (service: 'loans' | 'payments') =>
    (await run.databases.query<{ rows: string }>(service, FOLLOWED, names))[0]?.rows;
  const found: Record<string, unknown> = {
    ...told,
    loans: await followed('loans'),
    payments: await followed('payments'),
    ...summary,
  };
  const expected: Record<string, number> = {
    rows: count,
    names: count,
    events: count,
    balances: count,
    cents: count * SCORE * 100,
    first: 1,
    last: count,
    loans: count,
    payments: count,
    created: count,
    failed: 0,
  };
  const wrong = Object.entries(expected).filter(([what, number]) => Number(found[what]) !== number);
  return { rows: count, faults: wrong.map(([what, number]) => `${what} is ${String(found[what])}, not ${number}`) };
}
