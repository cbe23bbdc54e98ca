/** The logs of a stack's processes, including servers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '@mo/dev-stack';

export interface LogFile {
  readonly name: string;
  readonly text: string;
}

/** Every log as a whole. */
export function logsOf({ dir }: Pick<Stack, 'dir'>): LogFile[] {
  const folder = join(dir, 'logs');
  return readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** The complete JSON lines of one process's log. */
export function linesOf(stack: Pick<Stack, 'dir'>, process: string): Record<string, unknown>[] {
  const text = logsOf(stack).find(({ name }) => name === `${process}.log`)?.text ?? '';
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
