/** The options of the command. */
import { parseArgs } from 'node:util';
import { parseReplicas, type Replicas } from '@mo/dev-stack';

const MINUTES_DEFAULT = 10;
const MINUTES_MAX = 24 * 60;
const CLIENTS_DEFAULT = 12;
const CLIENTS_MAX = 200;
const SEED_MAX = 1_000_000_000;

export const USAGE = `npm run chaos -- [options]

Starts the whole system on this machine, and kills, freezes, restarts and disconnects its processes and servers under
load, while receivers of webhooks answer late, with errors, or not at all. Then it checks every answer, the three
databases, the topics, and the messages of the webhooks. It affects only processes that it started.

  --minutes M                     duration of the faults (${MINUTES_DEFAULT})
  --seed S                        seed of the sequence of faults (random)
  --replicas loans=2,payments=2   processes of each service (2)
  --clients N                     concurrent callers (${CLIENTS_DEFAULT})
  --help                          print this

Exit codes: 0 all checks were made and found nothing, 1 violations, 2 the run could not start, 3 no violations but some
checks could not be made, 130 stopped by Ctrl-C.`;

export interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly replicas: Replicas;
  readonly clients: number;
}

/** Wrong options: the message names the rule. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/** Reads the command line; null for `--help`. @throws OptionsError */
export function readOptions(args: readonly string[]): Options | null {
  const text = { type: 'string' } as const;
  const options = { minutes: text, seed: text, replicas: text, clients: text, help: { type: 'boolean' } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help === true) return null;
    return {
      minutes: numberFrom('minutes', values.minutes, /^\d{1,4}(\.\d{1,2})?$/, MINUTES_MAX) ?? MINUTES_DEFAULT,
      seed: numberFrom('seed', values.seed, /^\d{1,10}$/, SEED_MAX) ?? 1 + Math.floor(Math.random() * SEED_MAX),
      replicas: replicasFrom(values.replicas),
      clients: numberFrom('clients', values.clients, /^\d{1,3}$/, CLIENTS_MAX) ?? CLIENTS_DEFAULT,
    };
  } catch (error) {
    throw new OptionsError(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
  }
}

/** The command that repeats the same faults, with the same replicas and callers. */
export function commandOf({ minutes, seed, replicas, clients }: Options): string {
  const named = Object.entries(replicas).map(([name, count]) => `${name}=${count}`);
  return `npm run chaos -- --minutes ${minutes} --seed ${seed} --replicas ${named.join(',')} --clients ${clients}`;
}

function numberFrom(name: string, text: string | undefined, form: RegExp, max: number): number | null {
  if (text === undefined) return null;
  if (form.test(text) && Number(text) > 0 && Number(text) <= max) return Number(text);
  throw new Error(`--${name} must be a number above 0, up to ${max}, not "${text}"`);
}

/** Services that are not listed have two replicas. */
function replicasFrom(text: string | undefined): Replicas {
  const twice: Replicas = { customers: 2, loans: 2, payments: 2, webhooks: 2 };
  if (text === undefined) return twice;
  const named = text.split(',').map((part) => part.split('=')[0]?.trim());
  const given = parseReplicas(text);
  for (const service of Object.keys(twice) as (keyof Replicas)[])
    if (named.includes(service)) twice[service] = given[service];
  return twice;
}
