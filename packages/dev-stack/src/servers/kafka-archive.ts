/**
 * A class data archive more than halves Kafka's start time: the JVM maps its classes instead of reading them from the
 * jars. A training run of a broker creates it. It is stored next to the jars and is specific to one version of Java.
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

/** The JVM's option for the archive, which is created at first use; empty if that fails. */
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
      await step(log, 'Kafka: creating a class data archive for faster starts (once)', () =>
        train(archive, jars, guard),
      );
    } catch (error) {
      log(`Kafka: starts will be slower without a class data archive (${(error as Error).message})`);
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
    if (!existsSync(part)) throw new Error('the JVM did not write it');
    moveFile(part, archive);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The temporary folder may be on another disk, which rules out a rename. */
function moveFile(from: string, to: string) {
  const part = `${to}.${process.pid}.part`;
  copyFileSync(from, part);
  renameSync(part, to);
}
