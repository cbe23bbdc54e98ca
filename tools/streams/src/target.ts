/**
 * Which system a command works on: the databases and brokers that the environment names, else those of the stack that
 * `npm start` runs.
 */
import { resolve } from 'node:path';
import { STREAMS, type Stream } from '@mo/contracts';
import { readStackFile } from '@mo/dev-stack';
import { UsageError } from './usage-error.ts';

export interface Target {
  readonly databaseUrls: Readonly<Record<Stream, string>>;
  readonly brokers: readonly string[];
}

/** Finds the databases. @throws UsageError naming what is missing */
export function findTarget(env: NodeJS.ProcessEnv, cwd: string): Target {
  const variables = STREAMS.map((stream) => `${stream.toUpperCase()}_DATABASE_URL`);
  const set = variables.filter((name) => env[name]);
  const brokers = env.KAFKA_BROKERS ? env.KAFKA_BROKERS.split(',') : [];
  if (set.length === variables.length)
    return { databaseUrls: urls((stream) => env[`${stream.toUpperCase()}_DATABASE_URL`] as string), brokers };
  if (set.length > 0)
    throw new UsageError(`${variables.filter((name) => !env[name]).join(' and ')} must be set too, or none of them`);
  const stack = readStackFile(resolve(cwd, env.MO_DIR || '.mo'));
  if (stack === undefined)
    throw new UsageError(`no databases: set ${variables.join(', ')}, or run \`npm start\` beside this`);
  return { databaseUrls: urls((stream) => stack[stream].databaseUrl), brokers: stack.kafka.brokers };
}

const urls = (of: (stream: Stream) => string): Record<Stream, string> => ({
  customers: of('customers'),
  loans: of('loans'),
  payments: of('payments'),
});
