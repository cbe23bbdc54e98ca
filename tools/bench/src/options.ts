/** The options of the command. */
import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios/names.ts';

export const SECONDS_DEFAULT = 12;
export const SECONDS_QUICK = 1;
const SECONDS_MIN = 0.5;
const SECONDS_MAX = 600;

export const USAGE = `Usage: npm run bench -- [options]

Starts a system of its own on this machine, with fsync on, and measures it scenario by scenario, at 1, 16 and 64
connections, then in an open loop at half of its best rate, in alternating rounds with controls on the same servers.
Verifies every acknowledged write afterwards. Prints one table and writes bench/results/latest.json.

  --quick         a smoke run of about two minutes: short stretches, small seeds
  --only A,B      only scenarios with these names or name prefixes, with their controls
  --seconds S     measured time of each scenario at each load, ${SECONDS_MIN} to ${SECONDS_MAX} (${SECONDS_DEFAULT}; with --quick ${SECONDS_QUICK})
  --help          print this

Scenarios: ${SCENARIOS.join(', ')}.

Exit code 0 if everything was measured and its rows add up, 1 if rows don't add up (their figures are not printed) or
something could not be measured, 2 for wrong options.`;

export interface Options {
  readonly quick: boolean;
  readonly seconds: number;
  /** The names of the scenarios to run, in order. */
  readonly scenarios: readonly string[];
}

/** Wrong options: the message names the option and the rule. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/** Reads the command line; null for `--help`. @throws OptionsError */
export function readOptions(args: readonly string[]): Options | null {
  const { help, quick = false, only, seconds } = parsed(args);
  if (help === true) return null;
  return { quick, seconds: secondsFrom(seconds, quick ? SECONDS_QUICK : SECONDS_DEFAULT), scenarios: chosen(only) };
}

function parsed(args: readonly string[]) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
  const options = { quick: flag, only: text, seconds: text, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new OptionsError((error as Error).message, { cause: error });
  }
}

function secondsFrom(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= SECONDS_MIN && value <= SECONDS_MAX) return value;
  throw new OptionsError(`--seconds must be a number from ${SECONDS_MIN} to ${SECONDS_MAX}, not "${text}"`);
}

function chosen(text: string | undefined): readonly string[] {
  if (text === undefined) return SCENARIOS;
  const beginnings = text.split(',').map((part) => part.trim());
  for (const beginning of beginnings) {
    if (beginning === '' || !SCENARIOS.some((name) => name.startsWith(beginning)))
      throw new OptionsError(`--only: no scenario begins with "${beginning}"; there are ${SCENARIOS.join(', ')}`);
  }
  return SCENARIOS.filter((name) => beginnings.some((beginning) => names(beginning, name)));
}

/** A full scenario name selects that scenario alone, even if other names start with it. */
const names = (beginning: string, name: string): boolean =>
  SCENARIOS.some((known) => known === beginning) ? name === beginning : name.startsWith(beginning);
