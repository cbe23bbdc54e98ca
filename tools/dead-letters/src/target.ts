/** Where Kafka is: from the environment, as the services read it, else from the stack that `npm start` runs. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type KafkaConnection, readKafkaConnection } from '@mo/messaging';
import { DeadLettersError } from './dead-letters-error.ts';

export interface Target {
  readonly kafka: KafkaConnection;
  /** What the topics' names begin with. */
  readonly topicPrefix: string;
}

/** Finds the brokers. @throws DeadLettersError or ConfigError, naming what is missing or wrong */
export function findTarget(env: NodeJS.ProcessEnv, cwd: string): Target {
  const topicPrefix = env.TOPIC_PREFIX || 'mo';
  if (env.KAFKA_BROKERS || env.KAFKA_BROKERS_FILE) return { kafka: readKafkaConnection(env), topicPrefix };
  const path = resolve(cwd, env.MO_DIR || '.mo', 'stack.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new DeadLettersError('no Kafka: set KAFKA_BROKERS, or run `npm start`');
  }
  const KAFKA_BROKERS = brokersOfStack(path, text).join(',');
  return { kafka: readKafkaConnection({ ...env, KAFKA_BROKERS }), topicPrefix };
}

function brokersOfStack(path: string, text: string): string[] {
  let stack: { kafka?: { brokers?: unknown } };
  try {
    stack = JSON.parse(text) as typeof stack;
  } catch (error) {
    throw new DeadLettersError(`${path} is not JSON`, { cause: error });
  }
  const brokers = stack.kafka?.brokers;
  if (Array.isArray(brokers) && brokers.length > 0) return brokers.map(String);
  throw new DeadLettersError(`${path} names no kafka.brokers`);
}
