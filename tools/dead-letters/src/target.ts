/** Where Kafka is: from KAFKA_BROKERS, else from the stack that `npm start` runs. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeadLettersError } from './dead-letters-error.ts';

export interface Target {
  readonly brokers: readonly string[];
  /** What the topics' names begin with. */
  readonly topicPrefix: string;
}

/** Finds the brokers. @throws DeadLettersError naming what is missing or wrong */
export function findTarget(env: NodeJS.ProcessEnv, cwd: string): Target {
  const topicPrefix = env.TOPIC_PREFIX || 'mo';
  if (env.KAFKA_BROKERS) return { brokers: brokersIn(env.KAFKA_BROKERS), topicPrefix };
  const path = resolve(cwd, env.MO_DIR || '.mo', 'stack.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new DeadLettersError('no Kafka: set KAFKA_BROKERS, or run `npm start`');
  }
  return { brokers: brokersOfStack(path, text), topicPrefix };
}

function brokersIn(list: string): string[] {
  const brokers = list.split(',').map((broker) => broker.trim());
  for (const broker of brokers) {
    if (!/^[^\s:]+:\d{1,5}$|^\[[^\]]+\]:\d{1,5}$/.test(broker))
      throw new DeadLettersError(`KAFKA_BROKERS must be host:port, separated by commas, not "${list}"`);
  }
  return brokers;
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
