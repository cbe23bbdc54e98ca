import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Guard, ProcessSpec, Running } from '../processes/guard.ts';
import { ladders } from '../processes/ladder.ts';
import { kafkaFiles } from './kafka-jars.ts';

const formatTimeoutMs = 120_000;

/** A single-node cluster below `dir`: one broker that is also the controller. */
export interface BrokerOptions {
  dir: string;
  logFile: string;
  /** The broker's port; its controller listens on the next one. */
  port: number;
  /** The port advertised to clients. */
  advertisedPort: number;
  /** Settings in addition to, or instead of, the default ones. */
  settings: Readonly<Record<string, string>>;
  /** Additional arguments for formatting the data folder. */
  formatArguments: readonly string[];
  jars: readonly string[];
  guard: Guard;
}

/** Optimised for a quick start and little memory over throughput: the broker shares a laptop with everything else. */
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

/** The settings of every broker, in a container too. */
export const brokerSettings = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'inter.broker.listener.name': 'PLAINTEXT',
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'auto.create.topics.enable': 'false',
  // For topics that were created without a retention of their own.
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
  // Short, because a restarted broker is admitted only after the session of its killed predecessor has expired.
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
} as const;

/**
 * Starts the broker, after formatting its folder if it is new.
 *
 * @param jvm additional options for the JVM
 */
export async function startBroker(options: BrokerOptions, jvm: readonly string[] = []): Promise<Running> {
  if (options.dir.includes(','))
    throw new Error(`the path of Kafka's data folder must not contain a comma: ${options.dir}`);
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

/** Escapes a value for java.util.Properties, which reads ISO 8859-1. */
function escaped(value: string): string {
  const codeOf = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return value.replace(/[^\x20-\x5b\x5d-\x7e]/g, codeOf);
}

async function format(options: BrokerOptions, properties: string, jvm: readonly string[]) {
  // 22 characters of base64url. A leading dash would be parsed as an option.
  const clusterId = `A${createHash('sha256').update(options.dir).digest('base64url').slice(0, 21)}`;
  const archive = jvm.filter((option) => option.startsWith('-XX:SharedArchiveFile'));
  const command = ['format', '--ignore-formatted', '--cluster-id', clusterId, '--config', properties];
  const main = ['kafka.tools.StorageTool', ...command, ...options.formatArguments];
  const outcome = await options.guard.run(java(options, archive, main), formatTimeoutMs);
  if (outcome !== 'exited with 0')
    throw new Error(`the formatting of Kafka's data folder ${outcome}: see ${options.logFile}`);
}

function java({ jars, logFile, dir }: BrokerOptions, jvm: readonly string[], main: readonly string[]): ProcessSpec {
  return {
    command: 'java',
    args: [...jvmOptions, ...jvm, '-cp', jars.join(delimiter), ...main],
    // For file names, regardless of this machine's locale.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    cwd: dir,
    logFile,
    ladder: ladders.kafka,
  };
}
