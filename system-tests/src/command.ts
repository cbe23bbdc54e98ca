/** Runs the commands over the streams as an operator would, against a system under test. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StackFile } from '@mo/dev-stack';

const MAIN = fileURLToPath(new URL('../../tools/streams/src/main.ts', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const TIMEOUT_MS = 600_000;

export interface CommandResult {
  readonly code: number;
  readonly lines: readonly string[];
}

/** Runs reconcile, rebuild or backfill; resolves with what it printed, whatever its exit code. */
export function command(stack: StackFile, ...args: string[]): Promise<CommandResult> {
  const env = {
    ...process.env,
    CUSTOMERS_DATABASE_URL: stack.customers.databaseUrl,
    LOANS_DATABASE_URL: stack.loans.databaseUrl,
    PAYMENTS_DATABASE_URL: stack.payments.databaseUrl,
    KAFKA_BROKERS: stack.kafka.brokers.join(','),
  };
  const node = ['--conditions=source', '--disable-warning=ExperimentalWarning', MAIN, ...args];
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const options = { env, maxBuffer: OUTPUT_BYTES_MAX, timeout: TIMEOUT_MS };
  execFile(process.execPath, node, options, (error, stdout, stderr) => {
    const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
    const lines = stdout.split('\n').filter((line) => line !== '');
    resolve({ code, lines: code === 0 || code === 1 ? lines : [...lines, stderr] });
  });
  return promise;
}
