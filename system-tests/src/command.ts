/** Runs the stream commands as an operator would, against a system under test. */
import type { StackFile } from '@mo/dev-stack';
import { mo, systemEnv } from './mo.ts';

export interface CommandResult {
  readonly code: number;
  readonly lines: readonly string[];
}

/** Runs reconcile, rebuild or backfill; resolves to its output, whatever its exit code. */
export async function command(stack: StackFile, ...args: string[]): Promise<CommandResult> {
  const { code, stdout, stderr } = await mo(args, { env: systemEnv(stack) });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code: code ?? -1, lines: code === 0 || code === 1 ? lines : [...lines, stderr] };
}
