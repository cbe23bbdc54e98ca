import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Files {
  customers?: string;
  loans?: string;
  payments?: string;
}

const HEADERS = {
  customers: 'external_id,score',
  loans: 'external_id,customer_external_id,amount,taken_at,maximum_payment_date',
  payments: 'external_id,customer_external_id,total_amount,paid_at',
};

/** The texts of the files: the usual headers, followed by these rows. */
export function files(rows: { customers?: string[]; loans?: string[]; payments?: string[] }): Files {
  const fileOf = (name: keyof typeof HEADERS) => [HEADERS[name], ...(rows[name] ?? []), ''].join('\n');
  return { customers: fileOf('customers'), loans: fileOf('loans'), payments: fileOf('payments') };
}

/** Calls `use` with a folder that contains these files, and removes it afterwards. */
export async function withDataSet<T>(contents: Files, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'mo-replay-'));
  try {
    for (const [name, content] of Object.entries(contents)) await writeFile(join(dir, `${name}.csv`), content);
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}
