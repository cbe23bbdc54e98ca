/** The options of the commands, each read and checked once. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.ts';

/** Reads options that all have values, and `--help`. @throws UsageError on one that isn't known */
export function readOptions(args: string[], names: readonly string[], usage: string): Map<string, string> | 'help' {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
  for (const name of names) options[name] = { type: 'string' };
  try {
    const { values } = parseArgs({ args, options });
    if (values.help === true) return 'help';
    return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

/** A whole number, or null where it is not given. @throws UsageError */
export function wholeNumber(options: Map<string, string>, name: string, lowest: number): number | null {
  const text = options.get(name);
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text) && Number(text) >= lowest) return Number(text);
  throw new UsageError(`--${name} must be a whole number from ${lowest}, not "${text}"`);
}
