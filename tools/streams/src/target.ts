/**
 * Which system a command works on: the databases and brokers that the environment names, as the services read it, else
 * those of the stack that `npm start` runs.
 */
import { resolve } from 'node:path';
import { STREAMS, type Stream } from '@mo/contracts';
import { readStackFile } from '@mo/dev-stack';
import {
  type DatabaseConnection,
  type KafkaConnection,
  readDatabaseConnection,
  readKafkaConnection,
} from '@mo/messaging';
import { UsageError } from './usage-error.ts';

export interface Target {
  readonly databases: Readonly<Record<Stream, DatabaseConnection>>;
  /** Null where databases are named, and no brokers. */
  readonly kafka: KafkaConnection | null;
}

const variableOf = (stream: Stream) => `${stream.toUpperCase()}_DATABASE_URL`;

/** Finds the system. @throws UsageError naming what is missing, ConfigError naming what is wrong */
export function findTarget(env: NodeJS.ProcessEnv, cwd: string): Target {
  const isSet = (name: string) => Boolean(env[name] || env[`${name}_FILE`]);
  const variables = STREAMS.map(variableOf);
  const missing = variables.filter((name) => !isSet(name));
  if (missing.length === 0) {
    const kafka = isSet('KAFKA_BROKERS') ? readKafkaConnection(env) : null;
    return { databases: databasesIn(env), kafka };
  }
  if (missing.length < variables.length)
    throw new UsageError(`${missing.join(' and ')} must be set too, or none of them`);
  const stack = readStackFile(resolve(cwd, env.MO_DIR || '.mo'));
  if (stack === undefined)
    throw new UsageError(`no databases: set ${variables.join(', ')}, or run \`npm start\` beside this`);
  const urls = Object.fromEntries(STREAMS.map((stream) => [variableOf(stream), stack[stream].databaseUrl]));
  const brokers = { KAFKA_BROKERS: stack.kafka.brokers.join(',') };
  return { databases: databasesIn({ ...env, ...urls }), kafka: readKafkaConnection({ ...env, ...brokers }) };
}

function databasesIn(env: NodeJS.ProcessEnv): Target['databases'] {
  const of = (stream: Stream) => readDatabaseConnection(variableOf(stream), env);
  return { customers: of('customers'), loans: of('loans'), payments: of('payments') };
}
