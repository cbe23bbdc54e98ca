/** Documentation pages with commands: runs them as readers would, and compares the output with the page. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { StackFile } from '@mo/dev-stack';

/** Commands and their expected output. */
export interface Step {
  readonly commands: string;
  readonly expected: readonly { readonly kind: 'json' | 'http' | 'text'; readonly text: string }[];
}

const ANYTHING = '…';
const TIMEOUT_MS = 120_000;

/** The blocks of a page in order: each block of commands, with the output blocks that follow it. */
export function stepsOf(page: string): Step[] {
  const steps: { commands: string; expected: Step['expected'][number][] }[] = [];
  for (const [, kind = '', text = ''] of page.matchAll(/^```(sh|json|http|text)\n(.*?)^```$/gms)) {
    if (kind === 'sh') steps.push({ commands: text, expected: [] });
    else steps.at(-1)?.expected.push({ kind: kind as 'json' | 'http' | 'text', text });
  }
  return steps;
}

/**
 * Runs steps in one shell, in a directory where they find the stack.
 *
 * @returns the output of each, stdout and stderr combined
 */
export async function runSteps(steps: readonly Step[], folder: string, stack: StackFile): Promise<string[]> {
  mkdirSync(join(folder, '.mo'), { recursive: true });
  writeFileSync(join(folder, '.mo/stack.json'), JSON.stringify(stack));
  writeFileSync(join(folder, '.mo/api-key'), stack.apiKey);
  const between = `-- the next step of ${process.pid} --`;
  const script = steps.map(({ commands }) => `${commands}\necho '${between}'\n`).join('');
  // One pipe for both outputs, so that they stay in order.
  const piped = `set -o pipefail\n{\n${script}} 2>&1 | cat`;
  const shell = spawn('bash', ['-c', piped], { cwd: folder, timeout: TIMEOUT_MS });
  let printed = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [code] = (await once(shell, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the shell ended with ${code}:\n${printed}`);
  return printed.split(`${between}\n`).slice(0, -1);
}

/** The difference between a step's output and its page; null if there is none. */
export function faultOf({ commands, expected }: Step, printed: string): string | null {
  for (const { kind, text } of expected) {
    const missing = text
      .trimEnd()
      .split('\n')
      .find((line) => !printed.split(/\r?\n/).some((found) => isAsSaid(kind, found, line)));
    if (missing !== undefined) return `${commands}does not print\n${missing}\nbut\n${printed}`;
  }
  return null;
}

function isAsSaid(kind: 'json' | 'http' | 'text', found: string, line: string): boolean {
  if (kind !== 'json') return kind === 'http' ? found.toLowerCase() === line.toLowerCase() : found === line;
  try {
    return fits(JSON.parse(found), JSON.parse(line));
  } catch {
    return false;
  }
}

/** Whether a value matches the shown one, member by member; an ellipsis matches anything except a missing value. */
function fits(found: unknown, shown: unknown): boolean {
  if (shown === ANYTHING) return found !== undefined;
  if (typeof shown !== 'object' || shown === null || typeof found !== 'object' || found === null)
    return isDeepStrictEqual(found, shown);
  const names = Object.keys(shown);
  if (!isDeepStrictEqual(Object.keys(found).toSorted(), names.toSorted())) return false;
  return names.every((name) =>
    fits((found as Record<string, unknown>)[name], (shown as Record<string, unknown>)[name]),
  );
}
