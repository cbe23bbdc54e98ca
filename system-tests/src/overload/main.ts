/**
 * `npm run overload`: starts a system of its own with the shipped settings, finds what it can do, offers it several times
 * as much, and holds what comes of it against the rules. Exit code 0 where all hold, 1 where one is broken, 2 where the
 * options are wrong.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startStack } from '@mo/dev-stack';
import { overload } from './overload.ts';
import { renderText } from './report.ts';
import { brokenRules, GOODPUT_SHARE_MIN, GROWTH_MIB_MAX } from './rules.ts';

const MINUTES_DEFAULT = 5;
const FACTOR_DEFAULT = 4;
const CALLERS = [32, 64, 128, 256];

const USAGE = `Usage: npm run overload -- [options]

Starts a system of its own, finds the best rate that it can do, then offers a multiple of that, by the clock.

  --minutes M   how long the overload lasts, above 0 to 60 (${MINUTES_DEFAULT})
  --factor F    how many times the best rate is offered, 1 to 20 (${FACTOR_DEFAULT})
  --help        print this

It fails where an answer is a 5xx other than 503, a 429 or 503 has no Retry-After, a connection breaks, an acknowledged
write is not there once, the databases disagree afterwards, a process holds ${GROWTH_MIB_MAX} MiB more in the last third of the
overload than in the second, or less than ${GOODPUT_SHARE_MIN * 100} % of the best is done.`;

class UsageError extends Error {}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    say(USAGE);
    return 0;
  }
  const dir = mkdtempSync(join(tmpdir(), 'mo-overload-'));
  let isStarted = false;
  // What services warn of under overload would drown the rest: it is in their logs.
  const stack = await startStack({ dir, isTemporary: true, log: (line) => isStarted || say(line) });
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

function readOptions(): { factor: number; overloadMs: number } | null {
  const text = { type: 'string' } as const;
  const { help, minutes, factor } = (() => {
    try {
      return parseArgs({ options: { minutes: text, factor: text, help: { type: 'boolean', short: 'h' } } }).values;
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
  })();
  if (help) return null;
  return {
    overloadMs: numberIn('minutes', minutes, MINUTES_DEFAULT, 0.1, 60) * 60_000,
    factor: numberIn('factor', factor, FACTOR_DEFAULT, 1, 20),
  };
}

function numberIn(name: string, text: string | undefined, otherwise: number, min: number, max: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} must be a number from ${min} to ${max}, not "${text}"`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`overload: ${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
