/**
 * Chooses the servers: those that the environment names, else containers if a docker engine responds, else programs
 * from npm and Maven. Later starts repeat the choice of the first one, because the data are there. MO_SERVERS=embedded
 * or MO_SERVERS=containers overrides this.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../progress.ts';
import { isObject, readJson } from '../state-dir.ts';
import { ensureImages } from './containers.ts';
import { type DatabaseUrls, databaseOwners, optionalOwners } from './databases.ts';
import { engineAnswers } from './engine.ts';

/** Servers that the stack starts itself. */
export type OwnKind = 'containers' | 'embedded';
type PostgresChoice = { kind: OwnKind } | { kind: 'environment'; urls: DatabaseUrls };
type KafkaChoice = { kind: OwnKind } | { kind: 'environment'; brokers: string[] };

export interface Choice {
  postgres: PostgresChoice;
  kafka: KafkaChoice;
}

const kinds: readonly OwnKind[] = ['containers', 'embedded'];

/**
 * Reads the environment and looks for a docker engine. Does not store the choice.
 *
 * @param isFresh the data will be deleted, so a damaged record of their kind is ignored
 * @throws Error if a variable is invalid or the record is damaged
 */
export async function chooseServers(env: NodeJS.ProcessEnv, dir: string, log: Log, isFresh = false): Promise<Choice> {
  const urls = urlsFrom(env);
  const brokers = brokersFrom(env);
  const kind = urls && brokers ? 'embedded' : await ownKind(env, dir, log, isFresh);
  return {
    postgres: urls ? { kind: 'environment', urls } : { kind },
    kafka: brokers ? { kind: 'environment', brokers } : { kind },
  };
}

/**
 * Sets KAFKA_BROKERS and each …_DATABASE_URL from the file that the variable with the suffix _FILE names, as a service
 * does.
 *
 * @throws Error if both variables are set, or the file cannot be read or is empty
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

/** The file that records which kind of servers has a stack's data. */
export function kindFile(dir: string): string {
  return join(dir, 'servers.json');
}

async function ownKind(env: NodeJS.ProcessEnv, dir: string, log: Log, isFresh: boolean): Promise<OwnKind> {
  const forced = env.MO_SERVERS;
  if (forced && !kinds.includes(forced as OwnKind))
    throw new Error(`MO_SERVERS must be ${kinds.join(' or ')}, not "${forced}"`);
  const decided = forced ? (forced as OwnKind) : storedKind(dir, isFresh);
  if (decided === 'embedded') return decided;
  if (!(await engineAnswers())) {
    if (forced)
      throw new Error('MO_SERVERS is containers, but no docker engine responds: start it, or use MO_SERVERS=embedded');
    if (decided) throw new Error(volumesUnreachable);
    log('no docker engine responds: servers run as processes');
    return 'embedded';
  }
  try {
    await ensureImages(log);
  } catch (error) {
    if (decided) throw error;
    log(`a docker engine responds, but ${(error as Error).message}: servers run as processes`);
    return 'embedded';
  }
  if (!decided) log('a docker engine responds: servers run in containers');
  return 'containers';
}

const volumesUnreachable =
  'the data of this stack are in docker volumes, but no docker engine responds: start the engine, or set ' +
  'MO_SERVERS=embedded to start from scratch without one';

const kindDamaged =
  `set MO_SERVERS to the kind of servers that have the data (${kinds.join(' or ')}), or start from scratch with ` +
  'npm start -- --fresh';

function storedKind(dir: string, isFresh: boolean): OwnKind | undefined {
  try {
    return readJson(kindFile(dir), isKindRecord, kindDamaged)?.kind;
  } catch (error) {
    if (isFresh) return undefined;
    throw error;
  }
}

const isKindRecord = (value: unknown): value is { kind: OwnKind } =>
  isObject(value) && kinds.includes(value.kind as OwnKind);

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
  const invalid = brokers.find((broker) => !/^[^:\s]+:\d+$/.test(broker));
  if (invalid) throw new Error(`KAFKA_BROKERS must be a comma-separated list of host:port, but has "${invalid}"`);
  return brokers.length > 0 ? brokers : undefined;
}
