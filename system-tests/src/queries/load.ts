/** Traffic of every kind during a check: replays of small data sets, and requests that a replay doesn't send. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from '../api.ts';
import { mo } from '../mo.ts';
import { nameOf } from '../world.ts';

const CUSTOMERS = 50;

export interface LoadOptions {
  readonly dir: string;
  readonly url: string;
  readonly apiKey: string;
}

export interface Load {
  /** Ends the load. Resolves with the fault that ended it early, or with an empty list. */
  stop(): Promise<readonly string[]>;
}

/** Replays and uploads data sets until it is stopped or a replay finds a difference. */
export function startLoad({ dir, url, apiKey }: LoadOptions): Load {
  let isOver = false;
  const api = new Api(url, apiKey);
  const run = async () => {
    while (!isOver) {
      await replay(dataSet(dir), url, apiKey);
      await upload(api);
    }
  };
  const done = run().then(
    () => [],
    (error: Error) => [error.message],
  );
  return {
    stop: async () => {
      isOver = true;
      const faults = await done;
      await api.close();
      return faults;
    },
  };
}

/**
 * A directory with the files of a data set: loans within the credit line and above it, payments within the debt and
 * above it.
 */
function dataSet(parent: string): string {
  const name = nameOf('set');
  const dir = join(parent, name);
  mkdirSync(dir, { recursive: true });
  const customers = Array.from({ length: CUSTOMERS }, (_, n) => `${name}-${n}`);
  const due = '2030-01-01T00:00:00Z';
  const write = (file: string, header: string, rows: string[]) =>
    writeFileSync(join(dir, `${file}.csv`), `${[header, ...rows].join('\n')}\n`);
  write(
    'customers',
    'external_id,score',
    customers.map((customer) => `${customer},1000.00`),
  );
  write(
    'loans',
    'external_id,customer_external_id,amount,maximum_payment_date',
    customers.flatMap((customer) => [
      `${customer}-a,${customer},600.00,${due}`,
      `${customer}-b,${customer},600.00,${due}`,
    ]),
  );
  write(
    'payments',
    'external_id,customer_external_id,total_amount',
    customers.flatMap((customer) => [`${customer}-p,${customer},600.00`, `${customer}-q,${customer},1.00`]),
  );
  return dir;
}

async function replay(dir: string, url: string, apiKey: string): Promise<void> {
  const { code, stdout, stderr } = await mo(['replay', dir], { env: { MO_URL: url, MO_API_KEY: apiKey } });
  if (code !== 0) throw new Error(`the replay ended with ${code}:\n${stdout}${stderr}`);
}

/** New lines, and an invalid one. */
async function upload(api: Api): Promise<void> {
  const lines = [...Array.from({ length: CUSTOMERS }, () => `${nameOf('uploaded')},1.00`), 'no-score'];
  const answer = await api.raw({
    method: 'POST',
    path: '/api/customers/bulk',
    headers: { 'content-type': 'text/csv' },
    body: `${lines.join('\n')}\n`,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`the upload was answered with ${answer.statusCode}: ${text}`);
}
