/** PostgreSQL and Kafka in containers, from the official images, for machines that have a docker engine. */
import { join } from 'node:path';
import type { Program } from '../processes/keeper.ts';
import type { Log } from '../progress.ts';
import { containerHost, makeContainer, volumeName } from './container.ts';
import { engine, ensureImage } from './engine.ts';
import type { KafkaOptions } from './kafka.ts';
import { brokerSettings } from './kafka-broker.ts';
import { kafkaReady } from './kafka-ready.ts';
import { adminUrl, initdbArguments, type PostgresOptions, postgresReady, serverSettings } from './postgres.ts';

const postgresImage = 'postgres:18';
const kafkaImage = 'apache/kafka:4.1.0';
const postgresPort = 5432;
/** Any port that no listener for clients uses. */
const controllerPort = 9093;

/** Pulls the missing images. */
export async function ensureImages(log: Log): Promise<void> {
  for (const image of [postgresImage, kafkaImage]) await ensureImage(image, log);
}

/** Creates the container for PostgreSQL. Temporary data, and data without `fsync`, are removed with it. */
export async function containerPostgres(options: PostgresOptions): Promise<Program> {
  const { dir, port, password, fsync, isTemporary = false, guard } = options;
  const logFile = join(dir, 'logs/postgres.log');
  const start = await makeContainer(
    {
      image: postgresImage,
      purpose: 'postgres',
      dir,
      dataPath: '/var/lib/postgresql',
      port: { inside: postgresPort, outside: port },
      env: { POSTGRES_PASSWORD: password, POSTGRES_INITDB_ARGS: initdbArguments.join(' ') },
      command: ['postgres', ...serverSettings(fsync).flatMap((setting) => ['-c', setting])],
      stopSignal: 'SIGINT',
      keepData: fsync && !isTemporary,
      logFile,
    },
    guard,
  );
  const url = adminUrl(await containerHost(), port, password);
  return { name: 'PostgreSQL', start, ready: (signal) => postgresReady(url, logFile, signal) };
}

/** Creates the container for Kafka. Temporary data, and data without `fsync`, are removed with it. */
export async function containerKafka({ dir, port, fsync, isTemporary = false, guard }: KafkaOptions): Promise<Program> {
  const logFile = join(dir, 'logs/kafka.log');
  const host = await containerHost();
  // The broker connects to itself at its advertised address, so the port must be the same inside and outside.
  const settings = {
    ...brokerSettings,
    listeners: `PLAINTEXT://:${port},CONTROLLER://:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port}`,
    'controller.quorum.voters': `1@localhost:${controllerPort}`,
    'log.dirs': '/var/lib/kafka/data',
  };
  const start = await makeContainer(
    {
      image: kafkaImage,
      purpose: 'kafka',
      dir,
      dataPath: '/var/lib/kafka/data',
      port: { inside: port, outside: port },
      env: { ...environmentOf(settings), KAFKA_HEAP_OPTS: '-Xms128m -Xmx384m' },
      stopSignal: 'SIGTERM',
      keepData: fsync && !isTemporary,
      logFile,
    },
    guard,
  );
  return { name: 'Kafka', start, ready: (signal) => kafkaReady([`${host}:${port}`], logFile, signal) };
}

/** Removes the volumes with a stack's data, if they exist. */
export async function removeVolumes(dir: string): Promise<void> {
  const docker = (await engine())?.container.dockerode;
  if (!docker) return;
  for (const purpose of ['postgres', 'kafka'])
    await docker
      .getVolume(volumeName(dir, purpose))
      .remove()
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
      });
}

/** The image maps variables to settings, such as KAFKA_LOG_DIRS to log.dirs. */
function environmentOf(settings: Record<string, string>): Record<string, string> {
  const named = (key: string) => `KAFKA_${key.replaceAll('.', '_').toUpperCase()}`;
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [named(key), value]));
}
