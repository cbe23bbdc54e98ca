/**
 * Kafka's jars from Maven Central, downloaded once for all checkouts. The folder is renamed to its final name only when
 * complete, so a folder with that name is never a partial download.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Guard } from '../processes/guard.ts';
import { ladders } from '../processes/ladder.ts';
import { type Log, step } from '../progress.ts';
import { cacheDir } from '../state-dir.ts';

const version = '4.4.0';
const javaVersionMin = 17;
const downloadTimeoutMs = 15 * 60_000;
const lastLinesMax = 12;

/** The folder with the broker's pom and logging settings. */
export const kafkaFiles = fileURLToPath(new URL('../../kafka', import.meta.url));

/** The cache folder of this version of Kafka. */
export function kafkaHome(): string {
  return join(cacheDir(), `kafka-${version}`);
}

/** The broker's jars in class path order, downloaded if missing. */
export async function kafkaJars(guard: Guard, log: Log): Promise<string[]> {
  const libs = join(kafkaHome(), 'libs');
  if (!existsSync(libs)) await downloadJars(libs, guard, log);
  const names = readdirSync(libs).filter((name) => name.endsWith('.jar'));
  return names.sort().map((name) => join(libs, name));
}

/**
 * The output of `java -version`.
 *
 * @throws Error naming what to install, if there is no Java or it is too old
 */
export async function javaVersion(): Promise<string> {
  const output = await promisify(execFile)('java', ['-version']).catch(() => undefined);
  const major = Number(/version "(\d+)/.exec(output?.stderr ?? '')?.[1]);
  if (output && major >= javaVersionMin) return output.stderr;
  throw new Error(
    `Kafka needs Java ${javaVersionMin} or newer, but ${output ? `this is Java ${major}` : 'none is installed'}. ` +
      `Install it (Debian, Ubuntu: apt install openjdk-${javaVersionMin}-jre-headless maven), or start a docker ` +
      'engine, or set KAFKA_BROKERS to a running broker',
  );
}

async function downloadJars(libs: string, guard: Guard, log: Log) {
  mkdirSync(kafkaHome(), { recursive: true });
  const part = mkdtempSync(`${libs}.part-`);
  const logFile = join(part, 'maven.log');
  try {
    await step(
      log,
      `Kafka ${version}: downloading it from Maven Central (43 MB, once)`,
      () => runMaven(part, logFile, guard),
      () => `${linesOf(logFile).filter((line) => line.includes('Downloaded from')).length} files`,
    );
    rmSync(logFile);
    renameSync(part, libs);
  } catch (error) {
    if (!existsSync(libs)) throw error; // otherwise another process was first
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

async function runMaven(target: string, logFile: string, guard: Guard) {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`];
  const maven = {
    command: 'mvn',
    args: ['-B', '-f', join(kafkaFiles, 'pom.xml'), ...goal],
    logFile,
    ladder: ladders.tool,
  };
  const outcome = await guard.run(maven, downloadTimeoutMs);
  if (outcome === 'exited with 127')
    throw new Error(
      'Kafka is downloaded with Maven, but mvn is not installed. Install it (Debian, Ubuntu: apt install maven), or ' +
        'start a docker engine, or set KAFKA_BROKERS to a running broker',
    );
  if (outcome !== 'exited with 0')
    throw new Error(
      `the download of Kafka ${version} with Maven ${outcome}:\n${linesOf(logFile).slice(-lastLinesMax).join('\n')}`,
    );
}

function linesOf(logFile: string): string[] {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
}
