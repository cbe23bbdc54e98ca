/** The options of the command. */
import { parseArgs } from 'node:util';
import { GOODPUT_SHARE_MIN, GROWTH_MIB_MAX } from './rules.ts';

const MINUTES_DEFAULT = 5;
const MINUTES_MAX = 60;
const FACTOR_DEFAULT = 4;
const FACTOR_MIN = 1;
const FACTOR_MAX = 20;

export const USAGE = `Usage: npm run overload -- [options]

Starts a system of its own, measures its best rate in a closed loop, then offers a multiple of it in an open loop.

  --minutes M   duration of the overload, above 0 to ${MINUTES_MAX} (${MINUTES_DEFAULT})
  --factor F    offered load as a multiple of the best rate, ${FACTOR_MIN} to ${FACTOR_MAX} (${FACTOR_DEFAULT})
  --help        print this

Fails if an answer is a 5xx other than 503, a 429 or 503 has no Retry-After, a connection breaks, an acknowledged write
is lost or duplicated, the databases disagree afterwards, a process holds ${GROWTH_MIB_MAX} MiB more in the last third of the
overload than in the second, or the throughput is below ${GOODPUT_SHARE_MIN * 100} % of the best rate.`;

export interface Options {
  readonly factor: number;
  readonly overloadMs: number;
}

/** Wrong options: the message names the option and the rule. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line; null if it asks for help. @throws UsageError */
export function readOptions(args: readonly string[]): Options | null {
  const { help, minutes, factor } = parsed(args);
  if (help === true) return null;
  const isTime = (value: number) => value > 0 && value <= MINUTES_MAX;
  const isFactor = (value: number) => value >= FACTOR_MIN && value <= FACTOR_MAX;
  return {
    overloadMs: 60_000 * numberOf('minutes', minutes, MINUTES_DEFAULT, isTime, `above 0, up to ${MINUTES_MAX}`),
    factor: numberOf('factor', factor, FACTOR_DEFAULT, isFactor, `from ${FACTOR_MIN} to ${FACTOR_MAX}`),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { minutes: text, factor: text, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function numberOf(
  name: string,
  text: string | undefined,
  otherwise: number,
  isRight: (value: number) => boolean,
  range: string,
): number {
  if (text === undefined) return otherwise;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (isRight(value)) return value;
  throw new UsageError(`--${name} must be a number ${range}, not "${text}"`);
}
