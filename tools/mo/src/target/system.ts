/**
 * The databases and the Kafka of a command: from the environment, read as the services read it, else from the running
 * stack. All parts that a command needs come from the same source, so that it never combines the databases of one
 * system with the Kafka of another.
 */
import { CommandError } from '@mo/command';
import { SERVICE_NAMES, type ServiceName, STREAMS, type Stream, TOPIC_PREFIX_DEFAULT } from '@mo/contracts';
import { type DatabaseConnection, readDatabaseConnection } from '@mo/database';
import type { KafkaTarget } from '@mo/dead-letters';
import type { StackFile } from '@mo/dev-stack/stack-file';
import { readKafkaConnection } from '@mo/messaging';
import { ConfigError } from '@mo/service-kit';
import { findStack, OR_START, originOf } from './gateway.ts';

export type DatabaseConnections = Readonly<Record<Stream, DatabaseConnection>>;

/** All parts of a system whose addresses are known. */
export interface System {
  readonly gatewayUrl: string;
  /** The origins of each service's processes; empty for webhooks if the system does not run it. */
  readonly processes: Readonly<Record<ServiceName, readonly string[]>>;
  readonly databases: DatabaseConnections | null;
  readonly kafka: KafkaTarget | null;
}

const BROKERS = 'KAFKA_BROKERS';
const databaseVariable = (stream: Stream): string => `${stream.toUpperCase()}_DATABASE_URL`;
const DATABASES = STREAMS.map(databaseVariable);

/** Finds Kafka. @throws CommandError naming what is missing or wrong */
export function findKafka(env: NodeJS.ProcessEnv, cwd: string): KafkaTarget {
  if (isSet(env, [BROKERS])) return kafkaIn(env);
  const stack = findStack(env, cwd);
  if (stack === null) throw new CommandError(`no Kafka: set ${BROKERS}, ${OR_START}`);
  return kafkaIn(envOf(stack, env));
}

/** Finds the three databases. @throws CommandError naming what is missing or wrong */
export const findDatabases = (env: NodeJS.ProcessEnv, cwd: string): DatabaseConnections =>
  databasesIn(envWith(DATABASES, env, cwd));

/**
 * Finds the three databases and the Kafka that belongs to them.
 *
 * @throws CommandError naming what is missing or wrong
 */
export function findDatabasesAndKafka(env: NodeJS.ProcessEnv, cwd: string) {
  const found = envWith([...DATABASES, BROKERS], env, cwd);
  return { databases: databasesIn(found), ...kafkaIn(found) };
}

/**
 * Finds all parts: the named gateway and the parts that the environment names; else the running stack.
 *
 * @throws CommandError if there is neither, or a variable is invalid
 */
export function findSystem(options: { url?: string | undefined }, env: NodeJS.ProcessEnv, cwd: string): System {
  const named = options.url || env.MO_URL;
  if (named !== undefined) {
    const originsIn = (name: string) => (env[name] ?? '').split(',').filter((text) => text.trim() !== '');
    return {
      gatewayUrl: originOf(named),
      processes: byService((service) => originsIn(`${service.toUpperCase()}_URL`).map((text) => originOf(text.trim()))),
      databases: isSet(env, DATABASES) ? databasesIn(env) : null,
      kafka: isSet(env, [BROKERS]) ? kafkaIn(env) : null,
    };
  }
  const stack = findStack(env, cwd);
  if (stack === null) throw new CommandError(`no gateway: give --url, set MO_URL, ${OR_START}`);
  const ofStack = envOf(stack, env);
  return {
    gatewayUrl: originOf(stack.gateway.url),
    processes: byService((service) => (stack[service]?.replicas ?? []).map(({ url }) => url)),
    databases: databasesIn(ofStack),
    kafka: kafkaIn(ofStack),
  };
}

/** The environment if it sets all of these variables, else the environment with those of the running stack. */
function envWith(names: readonly string[], env: NodeJS.ProcessEnv, cwd: string): NodeJS.ProcessEnv {
  if (isSet(env, names)) return env;
  const stack = findStack(env, cwd);
  if (stack === null) throw new CommandError(`no system to work on: set ${names.join(', ')}, ${OR_START}`);
  return envOf(stack, env);
}

/** Whether all of these are set, directly or as a file. @throws CommandError if only some are, which is ambiguous */
function isSet(env: NodeJS.ProcessEnv, names: readonly string[]): boolean {
  const missing = names.filter((name) => !env[name] && !env[`${name}_FILE`]);
  if (missing.length > 0 && missing.length < names.length)
    throw new CommandError(`${missing.join(' and ')} must be set too, or none of ${names.join(', ')}`);
  return missing.length === 0;
}

const envOf = (stack: StackFile, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...env,
  ...Object.fromEntries(STREAMS.map((stream) => [databaseVariable(stream), stack[stream].databaseUrl])),
  [BROKERS]: stack.kafka.brokers.join(','),
});

const databasesIn = (env: NodeJS.ProcessEnv): DatabaseConnections =>
  byStream((stream) => checked(() => readDatabaseConnection(databaseVariable(stream), env)));

function kafkaIn(env: NodeJS.ProcessEnv): KafkaTarget {
  const topicPrefix = env.TOPIC_PREFIX || TOPIC_PREFIX_DEFAULT;
  if (!/^[\w.-]{1,100}$/.test(topicPrefix))
    throw new CommandError(`TOPIC_PREFIX must be 1 to 100 letters, digits and ._-, not "${topicPrefix}"`);
  return { kafka: checked(() => readKafkaConnection(env)), topicPrefix };
}

/** Reports an invalid variable to the user of the command. */
function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

const byStream = <T>(of: (stream: Stream) => T): Record<Stream, T> =>
  Object.fromEntries(STREAMS.map((stream) => [stream, of(stream)])) as Record<Stream, T>;

const byService = <T>(of: (service: ServiceName) => T): Record<ServiceName, T> =>
  Object.fromEntries(SERVICE_NAMES.map((service) => [service, of(service)])) as Record<ServiceName, T>;
