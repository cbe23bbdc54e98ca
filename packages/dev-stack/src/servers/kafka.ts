/** Apache Kafka from Maven Central, on the Java of this machine, without an engine. */
import { join } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import type { Program } from '../processes/keeper.ts';
import type { Log } from '../progress.ts';
import { archiveOption } from './kafka-archive.ts';
import { startBroker } from './kafka-broker.ts';
import { javaVersion, kafkaJars } from './kafka-jars.ts';
import { kafkaReady } from './kafka-ready.ts';

export interface KafkaOptions {
  /** The folder of the stack's state: the broker's files go to `kafka/` in it, the log to `logs/`. */
  dir: string;
  port: number;
  /** The port that clients are told to use: the broker's own unless told. */
  advertisedPort?: number;
  /** Kafka itself leaves syncing to the system; in a container, off means that the data go with it. */
  fsync: boolean;
  /** Not kept for another start. */
  isTemporary?: boolean;
  /** Settings of the broker beside, or instead of, those that each has. */
  settings?: Readonly<Record<string, string>>;
  /** More arguments for the formatting of the data folder. */
  formatArguments?: readonly string[];
  guard: Guard;
  log: Log;
}

/** Fetches and prepares what is missing, and answers the program that runs the broker. */
export async function embeddedKafka(options: KafkaOptions): Promise<Program> {
  const { dir, port, advertisedPort = port, settings = {}, formatArguments = [], guard, log } = options;
  await javaVersion();
  const jars = await kafkaJars(guard, log);
  const archive = await archiveOption(jars, guard, log);
  const logFile = join(dir, 'logs/kafka.log');
  const broker = { dir: join(dir, 'kafka'), logFile, port, advertisedPort, settings, formatArguments, jars, guard };
  return {
    name: 'Kafka',
    start: () => startBroker(broker, archive),
    ready: () => kafkaReady([`127.0.0.1:${port}`], logFile),
  };
}
