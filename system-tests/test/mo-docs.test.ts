/** Every block of commands in docs/cli.md works as shown, in sequence, against a fresh system. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { moCommand, systemEnv } from '../src/mo.ts';
import { type System, startSystem } from '../src/system.ts';

const PREFIX = `mo-${randomUUID().slice(0, 8)}`;
const PAGE = fileURLToPath(new URL('../../docs/cli.md', import.meta.url));
const LONG_MS = 300_000;

let system: System;
const cwd = mkdtempSync(join(tmpdir(), 'mo-docs-'));
beforeAll(async () => {
  system = await startSystem({ env: { LOG_LEVEL: 'fatal', TOPIC_PREFIX: PREFIX }, replicas: { webhooks: 1 } });
  writeFileSync(join(cwd, 'customers.csv'), 'external_id,score\nbob,100.00\n');
  mkdirSync(join(cwd, 'data'));
  writeFileSync(join(cwd, 'data/customers.csv'), 'external_id,score\ncarol,100.00\n');
  writeFileSync(join(cwd, 'data/loans.csv'), 'external_id,customer_external_id,amount,maximum_payment_date\n');
  writeFileSync(join(cwd, 'data/payments.csv'), 'external_id,customer_external_id,total_amount\n');
});
afterAll(async () => {
  await system?.stop();
  rmSync(cwd, { recursive: true });
});

const blocks = [...readFileSync(PAGE, 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) =>
  block.replace(/\bmo\.loans\b/g, `${PREFIX}.loans`).replace(/\bledger\.loans\b/g, `${PREFIX}-ledger`),
);

it(
  'works as shown',
  async () => {
    expect(blocks.join('').trim().split('\n').length).toBeGreaterThan(20);
    const env = { ...process.env, ...systemEnv(system.stack.stack()), TOPIC_PREFIX: PREFIX };
    // With -x the last command that stderr shows is the one that failed.
    const shell = async (block: string): Promise<string | null> => {
      const script = `mo() { ${moCommand.map((word) => `'${word}'`).join(' ')} "$@"; }\n${block}`;
      const failed = ({ stderr }: { stderr?: string }) => `${block}${stderr}`;
      return promisify(execFile)('bash', ['-ex', '-o', 'pipefail', '-c', script], { cwd, env }).then(
        () => null,
        failed,
      );
    };
    for (const block of blocks) expect(await shell(block)).toBeNull();
  },
  LONG_MS,
);
