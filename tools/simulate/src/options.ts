/** The options of the command. */
import { parseArgs } from 'node:util';

const SEEDS_DEFAULT = 1_000;
const OPERATIONS_DEFAULT = 200;
const WORKERS_DEFAULT = 2;

export const USAGE = `Usage: npm run simulate -- [options]

Runs the services in one process on a seeded scheduler and a virtual clock, injects crashes and losses, and checks
everything against a plain model of the business.

  --seeds N     number of seeds (${SEEDS_DEFAULT})
  --from S      the first seed (1)
  --seed S      replay one seed exactly; if it fails, print its history
  --ops K       operations per seed (${OPERATIONS_DEFAULT})
  --workers W   worker threads (${WORKERS_DEFAULT})
  --help        print this

Exit code 0 if all seeds pass, 1 if one fails, 2 for wrong options.`;

export interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly operations: number;
  readonly workers: number;
  /** The one seed to run; null to run many. */
  readonly seed: number | null;
}

/** Wrong options: the message names the option and the rule. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line; null if it asks for help. @throws UsageError */
export function readOptions(args: readonly string[]): Options | null {
  const { help, ...values } = parsed(args);
  if (help === true) return null;
  const whole = (name: keyof typeof values, otherwise: number): number => {
    const value = values[name];
    if (value === undefined) return otherwise;
    if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--${name} must be a whole number from 1, not "${value}"`);
    return Number(value);
  };
  return {
    seeds: whole('seeds', SEEDS_DEFAULT),
    from: whole('from', 1),
    operations: whole('ops', OPERATIONS_DEFAULT),
    workers: whole('workers', WORKERS_DEFAULT),
    seed: values.seed === undefined ? null : whole('seed', 1),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const help = { type: 'boolean', short: 'h' } as const;
  const options = { seeds: text, from: text, seed: text, ops: text, workers: text, help };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
