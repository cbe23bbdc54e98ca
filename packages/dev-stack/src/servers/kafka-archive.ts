/**
 * A class data archive halves Kafka's start and more: the JVM maps its classes instead of reading them from the jars.
 * It is made by one training run of a broker, kept beside the jars, and belongs to one version of Java.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import type { Guard } from '../processes/guard.ts';
import { type Log, step } from '../progress.ts';
import { startBroker } from './kafka-broker.ts';
import { javaVersion, kafkaHome } from './kafka-jars.ts';
import { kafkaReady } from './kafka-ready.ts';

/** The JVM's option for the archive, which is made at first use; none where it cannot be made. */
export async function archiveOption(jars: readonly string[], guard: Guard, log: Log): Promise<string[]> {
  const key = createHash('sha256')
    .update(await javaVersion())
    .update(jars.join())
    .digest('hex')
    .slice(0, 12);
  const archive = join(kafkaHome(), `classes-${key}.jsa`);
  const failed = `${archive}.failed`;
  if (!existsSync(archive) && !existsSync(failed)) {
    try {
      await step(log, 'Kafka: preparing a quicker start (once)', () => train(archive, jars, guard));
    } catch (error) {
      log(`Kafka: no class archive, so that it starts more slowly (${(error as Error).message})`);
      writeFileSync(failed, String(error));
    }
  }
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
}

async function train(archive: string, jars: readonly string[], guard: Guard) {
  const dir = mkdtempSync(join(tmpdir(), 'mo-kafka-training-'));
  const part = join(dir, 'classes.jsa');
  try {
    const port = await freePort(2);
    const logFile = join(dir, 'kafka.log');
    const options = { dir, logFile, port, advertisedPort: port, settings: {}, formatArguments: [], jars, guard };
    const broker = await startBroker(options, [`-XX:ArchiveClassesAtExit=${part}`]);
    try {
      await kafkaReady([`127.0.0.1:${port}`], logFile);
    } finally {
      await broker.stop();
    }
    if (!existsSync(part)) throw new Error('the JVM wrote none');
    moveFile(part, archive);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The temporary folder may be on another disk, from where a file cannot be renamed. */
function moveFile(from: string, to: string) {
  const near = `${to}.${process.pid}.part`;
  copyFileSync(from, near);
  renameSync(near, to);
}
