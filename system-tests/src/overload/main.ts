/**
 * `npm run overload`: starts a system with the shipped settings, measures its best rate, offers a multiple of that, and
 * checks the rules. Exit code 0 if all hold, 1 if one is broken, 2 for wrong options.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '@mo/dev-stack';
import { readOptions, USAGE, UsageError } from './options.ts';
import { OVERLOADED_ENV, overload } from './overload.ts';
import { renderText } from './report.ts';
import { brokenRules } from './rules.ts';

const CALLERS = [32, 64, 128, 256];

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    say(USAGE);
    return 0;
  }
  const dir = mkdtempSync(join(tmpdir(), 'mo-overload-'));
  let isStarted = false;
  // Warnings of the services under overload would drown the progress lines: they are in the services' logs.
  const env = OVERLOADED_ENV;
  const stack = await startStack({ dir, isTemporary: true, env, log: (line) => isStarted || say(line) });
  isStarted = true;
  try {
    const timing = { warmUpMs: 10_000, callers: CALLERS, trialMs: 8_000, bestMs: 20_000 };
    const result = await overload(stack, { ...timing, ...options, customers: 2_000, say });
    const broken = brokenRules(result);
    say(renderText(result));
    for (const rule of broken) say(`broken: ${rule}`);
    if (broken.length === 0) say('every rule holds');
    return broken.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`overload: ${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
