/**
 * Kafka's jars from Maven Central, fetched once for all checkouts. The folder gets its name when it is complete: a
 * folder of that name is never a part of a download.
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

/** The folder of this package that holds the pom and the logging settings of the broker. */
export const kafkaFiles = fileURLToPath(new URL('../../kafka', import.meta.url));

/** The folder for all that belongs to this version of Kafka. */
export function kafkaHome(): string {
  return join(cacheDir(), `kafka-${version}`);
}

/** The broker's jars in the order of the class path, fetched if they are not there. */
export async function kafkaJars(guard: Guard, log: Log): Promise<string[]> {
  const libs = join(kafkaHome(), 'libs');
  if (!existsSync(libs)) await fetchJars(libs, guard, log);
  const names = readdirSync(libs).filter((name) => name.endsWith('.jar'));
  return names.sort().map((name) => join(libs, name));
}

/** What `java -version` says. Throws, with what to install, if there is no Java or an old one. */
export async function javaVersion(): Promise<string> {
  const said = await promisify(execFile)('java', ['-version']).catch(() => undefined);
  const major = Number(/version "(\d+)/.exec(said?.stderr ?? '')?.[1]);
  if (said && major >= javaVersionMin) return said.stderr;
  throw new Error(
    `Kafka needs ${said ? `Java ${javaVersionMin} or newer, and this is Java ${major}` : 'Java, and there is none'}. ` +
      `Install one (Debian, Ubuntu: apt install openjdk-${javaVersionMin}-jre-headless maven), or start a docker engine, ` +
      'or set KAFKA_BROKERS to a broker that runs',
  );
}

async function fetchJars(libs: string, guard: Guard, log: Log) {
  mkdirSync(kafkaHome(), { recursive: true });
  const part = mkdtempSync(`${libs}.part-`);
  const logFile = join(part, 'maven.log');
  try {
    await step(
      log,
      `Kafka ${version}: fetching it from Maven Central (43 MB, once)`,
      () => runMaven(part, logFile, guard),
      () => `${linesOf(logFile).filter((line) => line.includes('Downloaded from')).length} files`,
    );
    rmSync(logFile);
    renameSync(part, libs);
  } catch (error) {
    if (!existsSync(libs)) throw error; // else another process was first
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
  const how = await guard.run(maven, downloadTimeoutMs);
  if (how === 'exited with 127')
    throw new Error(
      'Kafka is fetched by Maven, and there is no mvn. Install it (Debian, Ubuntu: apt install maven), or start a ' +
        'docker engine, or set KAFKA_BROKERS to a broker that runs',
    );
  if (how !== 'exited with 0')
    throw new Error(
      `Maven, which fetches Kafka ${version}, ${how}:\n${linesOf(logFile).slice(-lastLinesMax).join('\n')}`,
    );
}

function linesOf(logFile: string): string[] {
  return existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : [];
}
