import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Call, callNames } from './figures.ts';
import type { Settings, Workload } from './plan.ts';

const LATEST = fileURLToPath(new URL('../../../bench/results/latest.json', import.meta.url));

export const USAGE = `Usage: npm run sizing -- [options]

Computes the required capacity for a number of customers a day, and the limits that are reached first, from the CPU per
call in the results of: npm run bench -- --only customer,loan,payment-1,balance-1

  --customers N,…         active customers per day (1000000,100000000)
  --calls registration=0.02,loan=0.1,payment=1,read=5   calls per active customer and day
  --busiest-hour SHARE    share of a day's calls in the busiest hour (0.12)
  --figures FILE          results of the benchmark (bench/results/latest.json)
  --utilisation SHARE     highest planned utilisation of a process or server (0.6)
  --server-cores N        cores of the largest server for a database or broker (64)
  --partitions N          partitions of each topic (12)
  --relay-us N            CPU of the relaying process per event, in µs (20)
  --json                  print JSON
  --help                  print this

Exit code 0 on success, 2 for wrong options or unsuitable figures.`;

const OPTIONS = {
  customers: { type: 'string', default: '1000000,100000000' },
  calls: { type: 'string', default: 'registration=0.02,loan=0.1,payment=1,read=5' },
  'busiest-hour': { type: 'string', default: '0.12' },
  figures: { type: 'string', default: LATEST },
  utilisation: { type: 'string', default: '0.6' },
  'server-cores': { type: 'string', default: '64' },
  partitions: { type: 'string', default: '12' },
  'relay-us': { type: 'string', default: '20' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export class UsageError extends Error {}

export interface Options {
  readonly workloads: readonly Workload[];
  readonly settings: Omit<Settings, 'skew'>;
  readonly figures: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws UsageError that names the option and its valid range */
export function readOptions(args: readonly string[]): Options {
  const values = parsed(args);
  const number = (name: string, text: string, least: number, most: number): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most))
      throw new UsageError(`--${name} must be a number from ${least} to ${most}, not "${text}"`);
    return value;
  };
  const calls = readCalls(values.calls, (call, text) => number(`calls ${call}`, text, 0, 1e6));
  const busiestHour = number('busiest-hour', values['busiest-hour'], 1 / 24, 1);
  return {
    workloads: values.customers.split(',').map((text) => ({
      customersADay: number('customers', text, 1, 1e12),
      calls,
      busiestHour,
    })),
    settings: {
      utilisation: number('utilisation', values.utilisation, 0.01, 1),
      serverCores: number('server-cores', values['server-cores'], 1, 10_000),
      partitions: Math.floor(number('partitions', values.partitions, 1, 100_000)),
      relayUs: number('relay-us', values['relay-us'], 0, 1e6),
    },
    figures: values.figures,
    json: values.json,
    help: values.help,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readCalls(text: string, read: (call: Call, value: string) => number): Record<Call, number> {
  const calls: Record<Call, number> = { registration: 0, loan: 0, payment: 0, read: 0 };
  for (const pair of text.split(',')) {
    const [name = '', value = ''] = pair.split('=').map((part) => part.trim());
    const call = callNames.find((known) => known === name);
    if (call === undefined) throw new UsageError(`--calls knows ${callNames.join(', ')}, not "${name}"`);
    calls[call] = read(call, value);
  }
  return calls;
}
