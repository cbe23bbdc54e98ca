import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Guard, ProcessSpec, Running } from '../processes/guard.ts';
import { ladders } from '../processes/ladder.ts';
import { kafkaFiles } from './kafka-jars.ts';

const formatTimeoutMs = 120_000;

/** One broker of one node, its own controller, below `dir`. */
export interface BrokerOptions {
  dir: string;
  logFile: string;
  /** The broker's port; its controller listens on the next. */
  port: number;
  /** The port that clients are told to use. */
  advertisedPort: number;
  /** Settings beside, or instead of, those that each broker has. */
  settings: Readonly<Record<string, string>>;
  /** More arguments for the formatting of the data folder. */
  formatArguments: readonly string[];
  jars: readonly string[];
  guard: Guard;
}

/** Quick to start rather than fast for long, and small: the broker shares a laptop with everything else. */
const jvmOptions = [
  '-Xms128m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Xshare:auto',
  '-Xlog:disable',
  '-Xlog:all=error:stderr',
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${join(kafkaFiles, 'log4j2.properties')}`,
];

/** The settings that every broker which we start has, in a container too. */
export const brokerSettings = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'inter.broker.listener.name': 'PLAINTEXT',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'auto.create.topics.enable': 'false',
  // Also for topics that were made before they said so themselves.
  'log.retention.ms': '-1',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.num.partitions': '4',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'log.cleaner.dedupe.buffer.size': '8388608',
  // A broker that was killed and started again is let in once its former self's session has run out.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
} as const;

/** Starts the broker, and formats its folder first if that is new. `jvm` are more options for the JVM. */
export async function startBroker(options: BrokerOptions, jvm: readonly string[] = []): Promise<Running> {
  if (options.dir.includes(',')) throw new Error(`Kafka's data can not be in a folder with a comma: ${options.dir}`);
  const properties = join(options.dir, 'server.properties');
  mkdirSync(options.dir, { recursive: true });
  writeFileSync(properties, propertiesText(options));
  if (!existsSync(join(options.dir, 'data/meta.properties'))) await format(options, properties, jvm);
  return options.guard.spawn(java(options, jvm, ['kafka.Kafka', properties]));
}

function propertiesText({ dir, port, advertisedPort, settings }: BrokerOptions): string {
  const addresses = (clients: number) => `PLAINTEXT://127.0.0.1:${clients},CONTROLLER://127.0.0.1:${port + 1}`;
  const own = {
    listeners: addresses(port),
    'advertised.listeners': addresses(advertisedPort),
    'controller.quorum.voters': `1@127.0.0.1:${port + 1}`,
    'log.dirs': join(dir, 'data'),
  };
  return Object.entries({ ...brokerSettings, ...own, ...settings })
    .map(([key, value]) => `${key}=${escaped(value)}\n`)
    .join('');
}

/** As java.util.Properties reads it, from bytes of which each is a character. */
function escaped(value: string): string {
  const codeOf = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return value.replace(/[^\x20-\x5b\x5d-\x7e]/g, codeOf);
}

async function format(options: BrokerOptions, properties: string, jvm: readonly string[]) {
  // 22 characters of base64url; a dash in front would be taken for an option.
  const clusterId = `A${createHash('sha256').update(options.dir).digest('base64url').slice(0, 21)}`;
  const archive = jvm.filter((option) => option.startsWith('-XX:SharedArchiveFile'));
  const command = ['format', '--ignore-formatted', '--cluster-id', clusterId, '--config', properties];
  const main = ['kafka.tools.StorageTool', ...command, ...options.formatArguments];
  const how = await options.guard.run(java(options, archive, main), formatTimeoutMs);
  if (how !== 'exited with 0') throw new Error(`formatting Kafka's data folder ${how}: see ${options.logFile}`);
}

function java({ jars, logFile, dir }: BrokerOptions, jvm: readonly string[], main: readonly string[]): ProcessSpec {
  return {
    command: 'java',
    args: [...jvmOptions, ...jvm, '-cp', jars.join(delimiter), ...main],
    // Whatever the language of this machine, for names of files.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    cwd: dir,
    logFile,
    ladder: ladders.kafka,
  };
}
