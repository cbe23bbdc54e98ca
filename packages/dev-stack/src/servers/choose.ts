/**
 * Where the servers come from: from the environment where it names them, else from containers if an engine answers,
 * else from programs that npm and Maven bring. What a stack was started with first it is started with again, since its
 * data are there; MO_SERVERS=embedded or MO_SERVERS=containers decides otherwise.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../progress.ts';
import { needImages } from './containers.ts';
import { type DatabaseUrls, databaseOwners, optionalOwners } from './databases.ts';
import { engineAnswers } from './engine.ts';

/** Servers that we start ourselves. */
export type OwnKind = 'containers' | 'embedded';
export type PostgresChoice = { kind: OwnKind } | { kind: 'environment'; urls: DatabaseUrls };
export type KafkaChoice = { kind: OwnKind } | { kind: 'environment'; brokers: string[] };

export interface Choice {
  postgres: PostgresChoice;
  kafka: KafkaChoice;
}

const kinds: readonly OwnKind[] = ['containers', 'embedded'];

/** Reads the environment, looks for an engine, and remembers nothing. Throws if a variable is wrong. */
export async function chooseServers(env: NodeJS.ProcessEnv, dir: string, log: Log): Promise<Choice> {
  const urls = urlsFrom(env);
  const brokers = brokersFrom(env);
  const kind = urls && brokers ? 'embedded' : await ownKind(env, dir, log);
  return {
    postgres: urls ? { kind: 'environment', urls } : { kind },
    kafka: brokers ? { kind: 'environment', brokers } : { kind },
  };
}

/**
 * Reads the files in which servers may be named, as a service does: for KAFKA_BROKERS and each …_DATABASE_URL a variable with _FILE
 * behind its name may hold the path of one. Throws where both are set, or it can't be read.
 */
export function readServerFiles(env: NodeJS.ProcessEnv): void {
  for (const name of ['KAFKA_BROKERS', ...[...databaseOwners, ...optionalOwners].map(variableOf)]) {
    const file = env[`${name}_FILE`];
    if (!file) continue;
    if (env[name]) throw new Error(`${name} and ${name}_FILE are both set: set one of them`);
    try {
      env[name] = readFileSync(file, 'utf8').trimEnd();
      if (env[name] === '') throw new Error(`${file} is empty`);
    } catch (error) {
      throw new Error(`${name}_FILE: ${(error as Error).message}`);
    }
    delete env[`${name}_FILE`];
  }
}

const variableOf = (owner: string): string => `${owner.toUpperCase()}_DATABASE_URL`;

/** The file in which a stack remembers which servers hold its data. */
export function kindFile(dir: string): string {
  return join(dir, 'servers.json');
}

async function ownKind(env: NodeJS.ProcessEnv, dir: string, log: Log): Promise<OwnKind> {
  const forced = env.MO_SERVERS;
  if (forced && !kinds.includes(forced as OwnKind))
    throw new Error(`MO_SERVERS must be ${kinds.join(' or ')}, not "${forced}"`);
  const decided = forced ? (forced as OwnKind) : keptKind(dir);
  if (decided === 'embedded') return decided;
  if (!(await engineAnswers())) {
    if (forced)
      throw new Error('MO_SERVERS is containers, but no docker engine answers: start it, or use MO_SERVERS=embedded');
    if (decided) throw new Error(volumesOutOfReach);
    log('no docker engine answers: servers run as processes');
    return 'embedded';
  }
  try {
    await needImages(log);
  } catch (error) {
    if (decided) throw error;
    log(`a docker engine answers, but ${(error as Error).message}: servers run as processes`);
    return 'embedded';
  }
  if (!decided) log('a docker engine answers: servers run in containers');
  return 'containers';
}

const volumesOutOfReach =
  'the data of this stack are in docker volumes, and no docker engine answers: start the engine, or begin anew without ' +
  'one by MO_SERVERS=embedded';

function keptKind(dir: string): OwnKind | undefined {
  if (!existsSync(kindFile(dir))) return undefined;
  const { kind } = JSON.parse(readFileSync(kindFile(dir), 'utf8')) as { kind: OwnKind };
  return kinds.find((known) => known === kind);
}

function urlsFrom(env: NodeJS.ProcessEnv): DatabaseUrls | undefined {
  const variables = databaseOwners.map(variableOf);
  const missing = variables.filter((variable) => !env[variable]);
  const optional = optionalOwners.filter((owner) => env[variableOf(owner)]);
  if (missing.length === variables.length && optional.length === 0) return undefined;
  if (missing.length > 0)
    throw new Error(
      `${missing.join(' and ')} must be set too: ${variables.join(', ')} are given together or not at all`,
    );
  const owners = [...databaseOwners, ...optional];
  return Object.fromEntries(owners.map((owner) => [owner, env[variableOf(owner)]!])) as DatabaseUrls;
}

function brokersFrom(env: NodeJS.ProcessEnv): string[] | undefined {
  const brokers = (env.KAFKA_BROKERS ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter(Boolean);
  const wrong = brokers.find((broker) => !/^[^:\s]+:\d+$/.test(broker));
  if (wrong) throw new Error(`KAFKA_BROKERS must be a list of host:port separated by commas, and "${wrong}" is none`);
  return brokers.length > 0 ? brokers : undefined;
}
