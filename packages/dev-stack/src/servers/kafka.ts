/** Apache Kafka from Maven Central, on this machine's Java, without a docker engine. */
import { join } from 'node:path';
import type { Guard } from '../processes/guard.ts';
import type { Program } from '../processes/keeper.ts';
import type { Log } from '../progress.ts';
import { archiveOption } from './kafka-archive.ts';
import { startBroker } from './kafka-broker.ts';
import { javaVersion, kafkaJars } from './kafka-jars.ts';
import { kafkaReady } from './kafka-ready.ts';

export interface KafkaOptions {
  /** The folder of the stack's state, with the broker's files in `kafka/` and its log in `logs/`. */
  dir: string;
  port: number;
  /** The port advertised to clients: the broker's own by default. */
  advertisedPort?: number;
  /** No effect on the broker, which leaves syncing to the system. If off, a container's data are removed with it. */
  fsync: boolean;
  /** The data are not kept for another start. */
  isTemporary?: boolean;
  /** Settings in addition to, or instead of, the default ones. */
  settings?: Readonly<Record<string, string>>;
  /** Additional arguments for formatting the data folder. */
  formatArguments?: readonly string[];
  guard: Guard;
  log: Log;
}

/** Downloads and prepares what is missing, and returns the program that runs the broker. */
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
    ready: (signal) => kafkaReady([`127.0.0.1:${port}`], logFile, signal),
  };
}
